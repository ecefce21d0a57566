import { expect, test } from 'vitest';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import { EMPTY_S3_FORM, locationOfForm } from './s3-form.ts';

test('what is filled in is the address that is read back', () => {
  const form = {
    bucket: ' build-cache ',
    prefix: '/shop & co/',
    region: 'eu-central-1',
    endpoint: 'https://s3.team.example:9000',
    style: 'host',
  } as const;
  expect(parseS3Address(locationOfForm(form))).toMatchObject({
    bucket: 'build-cache',
    prefix: 'shop & co/',
    region: 'eu-central-1',
    endpoint: 'https://s3.team.example:9000',
    pathStyle: false,
  });
});

test('what is left empty is left out', () => {
  expect(locationOfForm({ ...EMPTY_S3_FORM, bucket: 'builds' })).toBe('s3://builds');
});
