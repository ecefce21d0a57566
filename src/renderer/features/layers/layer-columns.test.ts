import { expect, test } from 'vitest';
import { shortType } from './layer-columns.tsx';

test('a media type without what all layers share', () => {
  expect(shortType('application/vnd.oci.image.layer.v1.tar+gzip')).toBe('oci tar+gzip');
  expect(shortType('application/vnd.oci.image.layer.nondistributable.v1.tar')).toBe('oci foreign tar');
  expect(shortType('application/vnd.docker.image.rootfs.diff.tar.gzip')).toBe('docker tar.gzip');
  expect(shortType('application/x-unheard-of')).toBe('x-unheard-of');
});
