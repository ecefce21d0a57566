import { describe, expect, test } from 'vitest';
import {
  hasCredentials,
  readTransfer,
  type TransferAddress,
  targetText,
  transferCommand,
  transferOptions,
  transferParams,
} from './transfer-address.ts';

const plain: TransferAddress = {
  kind: undefined,
  to: undefined,
  ref: undefined,
  as: undefined,
  replace: false,
  merge: false,
  join: [],
  key: undefined,
  mode: 'max',
  format: 'asIs',
  types: 'asIs',
  compression: 'asIs',
};
const full: TransferAddress = {
  kind: 'folder',
  to: '/tmp/out',
  ref: 'v2',
  as: 'mine',
  replace: true,
  merge: false,
  join: [],
  key: 'sha256:ab',
  mode: 'min',
  format: 'index',
  types: 'docker',
  compression: 'zstd',
};

function paramsOf(address: TransferAddress): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(transferParams(address))) {
    if (value !== undefined) params.set(name, value);
  }
  return params;
}

describe('the address of a transfer', () => {
  test.each([plain, full, { ...full, kind: 'registry' as const }])('comes back: %o', (address) => {
    expect(readTransfer(paramsOf(address))).toEqual(address);
  });

  test('has defaults for nonsense', () => {
    expect(readTransfer(new URLSearchParams('kind=moon&mode=mid&format=zip&types=x&compression=lz4'))).toEqual(plain);
  });

  test('knows a registry by its reference', () => {
    expect(readTransfer(new URLSearchParams('to=docker://h:5000/app:cache')).kind).toBe('registry');
    expect(readTransfer(new URLSearchParams('to=s3://bucket/prefix')).kind).toBe('s3');
    expect(readTransfer(new URLSearchParams('to=/tmp/out')).kind).toBeUndefined();
  });
});

test('what is as the source has it is not asked for', () => {
  expect(transferOptions(plain, 'folder')).toEqual({ mode: 'max' });
  expect(transferOptions(full, 'folder')).toEqual({
    mode: 'min',
    ref: 'v2',
    as: 'mine',
    replace: true,
    key: 'sha256:ab',
    format: 'index',
    ociMediaTypes: false,
    compression: 'zstd',
  });
});

test.each([
  ['registry', ' localhost:5000/app:cache ', 'docker://localhost:5000/app:cache'],
  ['registry', 'docker://h/app', 'docker://h/app'],
  ['registry', '', ''],
  ['s3', 'bucket/prefix', 's3://bucket/prefix'],
  ['s3', 's3://bucket/prefix?region=x', 's3://bucket/prefix?region=x'],
  ['folder', './out ', './out'],
] as const)('%s %j is %s', (kind, typed, text) => {
  expect(targetText(kind, typed)).toBe(text);
});

test.each([
  ['docker://ada:secret@host/app:cache', true],
  ['ada@host/app', true],
  ['docker://host:5000/app:cache', false],
  [`docker://host/app@sha256:${'a'.repeat(64)}`, false],
])('%s has credentials: %s', (reference, expected) => {
  expect(hasCredentials(reference)).toBe(expected);
});

test('the command line does the same', () => {
  expect(transferCommand(plain, 'store', ['./a'], './store')).toEqual([
    'import',
    './a',
    '--to',
    './store',
    '--mode',
    'max',
  ]);
  expect(transferCommand(full, 'folder', ['./a'], '/tmp/out').join(' ')).toBe(
    'export ./a --ref v2 --as mine --replace --key sha256:ab --to /tmp/out --mode min --format index --oci-mediatypes false --compression zstd',
  );
  expect(transferCommand(plain, 'registry', ['./a'], 'docker://h/app').slice(0, 4)).toEqual([
    'export',
    './a',
    '--to',
    'docker://h/app',
  ]);
});

test('sources that are joined, and what is added to, stand in the address, the options and the command', () => {
  const address = { ...plain, join: ['s2', 's3'], merge: true, replace: true };
  expect(readTransfer(paramsOf(address))).toEqual(address);
  expect(transferOptions(address, 'store')).toEqual({ mode: 'max', merge: true });
  expect(transferCommand(address, 'folder', ['./a', './b', './c'], '/tmp/out').join(' ')).toBe(
    'export ./a ./b ./c --merge --to /tmp/out --mode max',
  );
});

test('no form is asked for where there is one only', () => {
  const address: TransferAddress = { ...plain, format: 'index', types: 'docker' };
  expect(transferOptions(address, 's3')).toEqual({ mode: 'max' });
  expect(transferCommand(address, 's3', ['./a'], 's3://b').join(' ')).toBe('export ./a --to s3://b --mode max');
});
