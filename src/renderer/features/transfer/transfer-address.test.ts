import { describe, expect, test } from 'vitest';
import {
  readTransfer,
  type TransferAddress,
  transferCommand,
  transferOptions,
  transferParams,
} from './transfer-address.ts';

const plain: TransferAddress = {
  kind: undefined,
  to: undefined,
  ref: undefined,
  mode: 'max',
  format: 'asIs',
  types: 'asIs',
};
const full: TransferAddress = {
  kind: 'folder',
  to: '/tmp/out',
  ref: 'v2',
  mode: 'min',
  format: 'index',
  types: 'docker',
};

describe('the address of a transfer', () => {
  test.each([plain, full])('comes back: %o', (address) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(transferParams(address)))
      if (value !== undefined) params.set(name, value);
    expect(readTransfer(params)).toEqual(address);
  });

  test('has defaults for nonsense', () => {
    expect(readTransfer(new URLSearchParams('kind=moon&mode=mid&format=zip&types=x'))).toEqual(plain);
  });
});

test('what is as the source has it is not asked for', () => {
  expect(transferOptions(plain)).toEqual({ mode: 'max' });
  expect(transferOptions(full)).toEqual({ mode: 'min', ref: 'v2', format: 'index', ociMediaTypes: false });
});

test('the command line does the same', () => {
  expect(transferCommand(plain, 'store', './a', './store')).toEqual([
    'import',
    './a',
    '--to',
    './store',
    '--mode',
    'max',
  ]);
  expect(transferCommand(full, 'folder', './a', '/tmp/out').join(' ')).toBe(
    'export ./a --ref v2 --to /tmp/out --mode min --format index --oci-mediatypes false',
  );
});
