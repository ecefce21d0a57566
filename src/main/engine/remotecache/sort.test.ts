import { expect, test } from 'vitest';
import { marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';
import { sortCacheConfig } from './sort.ts';

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

/** A config of two starting points and of records of one digest, one for each list of inputs. */
function configOf(inputs: readonly (readonly (readonly number[])[])[]): string {
  const records = [
    { digest: digest(1) },
    { digest: digest(2) },
    ...inputs.map((list) => ({ digest: digest(3), inputs: list.map((links) => links.map((link) => ({ link }))) })),
  ];
  return JSON.stringify({ records });
}

async function sorted(text: string): Promise<string> {
  const config = await parseCacheConfig([Buffer.from(text)]);
  return Buffer.concat([...marshalCacheConfig(sortCacheConfig(config))]).toString();
}

test.each([
  ['fewer inputs', [[0]], [[0], [0]]],
  ['fewer alternatives, although they link to a later record', [[1]], [[0, 1]]],
  ['fewer alternatives at a later input', [[0], [1]], [[0], [0, 1]]],
  ['an earlier record linked to', [[0]], [[1]]],
])('of records of one digest the one with %s comes first', async (_, first, second) => {
  const expected = configOf([first, second]);
  expect(await sorted(expected)).toBe(expected);
  expect(await sorted(configOf([second, first]))).toBe(expected);
});
