import { describe, expect, test } from 'vitest';
import { createMemoryCacheKeyStorage } from '../../adapters/memory/cache-key-storage.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import { canonicalConfig } from '../remotecache/canonical-config.ts';
import { outputKey } from './cache-key.ts';
import { keyColumns } from './key-columns.ts';

const NO_LAYERS = { blob: [], parent: [] };
const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

/** `from` → `to`, found by operation `op`. */
async function linked(links: readonly { from: string; to: string; op: number; input?: number; selector?: string }[]) {
  const storage = createMemoryCacheKeyStorage();
  await storage.addLink(
    links.map(({ from, to, op, input = 0, selector = '' }) => ({
      id: from,
      link: { input, output: 0, digest: digest(op), selector },
      target: to,
    })),
  );
  return storage;
}

async function shown(storage: CacheKeyStorage) {
  const { config, keys } = await keyColumns(storage, NO_LAYERS, () => []);
  const { texts } = config;
  return keys.map((key, record) => {
    const inputs: string[] = [];
    for (let at = config.inputOffset[record] ?? 0; at < (config.inputOffset[record + 1] ?? 0); at += 1) {
      const links: string[] = [];
      for (let a = config.alternativeOffset[at] ?? 0; a < (config.alternativeOffset[at + 1] ?? 0); a += 1) {
        links.push(`${keys[config.alternativeLink[a] ?? 0]} ${texts[config.alternativeSelector[a] ?? 0]}`.trim());
      }
      inputs.push(links.join('|'));
    }
    return { key, digest: texts[config.recordDigest[record] ?? 0], inputs };
  });
}

describe('the columns of a key graph', () => {
  test('a root has its id as digest, another the digest of the operation that leads to it', async () => {
    const storage = await linked([
      { from: digest(1), to: 'b', op: 7, selector: 's' },
      { from: digest(2), to: 'b', op: 7 },
      { from: 'b', to: 'c', op: 8, input: 1 },
      { from: digest(1), to: 'c', op: 8 },
    ]);
    const own = (op: number) => outputKey(digest(op), 0);
    expect(await shown(storage)).toEqual([
      { key: 'b', digest: own(7), inputs: [`${digest(1)} s|${digest(2)}`] },
      { key: 'c', digest: own(8), inputs: [digest(1), 'b'] },
      { key: digest(1), digest: digest(1), inputs: [] },
      { key: digest(2), digest: digest(2), inputs: [] },
    ]);
  });

  test('a key that two operations lead to is two records, and what it leads to is found from both', async () => {
    const storage = await linked([
      { from: digest(1), to: 'b', op: 7 },
      { from: digest(1), to: 'b', op: 9 },
      { from: 'b', to: 'c', op: 8 },
    ]);
    const records = await shown(storage);
    expect(records.map(({ key }) => key)).toEqual(['b', 'b', 'c', digest(1)]);
    expect(records[2]?.inputs).toEqual(['b|b']);
  });

  test('a root with 20,000 users, and a chain of as many, take one pass', async () => {
    const count = 20_000;
    const links = Array.from({ length: count }, (_, n) => ({ from: digest(0), to: `k${n}`, op: n }));
    const chain = links.map(({ to, op }, n) => ({ from: n === 0 ? digest(0) : `k${n - 1}`, to, op, input: 1 }));
    const storage = await linked([...links, ...chain]);
    let asked = 0;
    const walkLinksAll = (ids: readonly string[]) => {
      asked += ids.length;
      return storage.walkLinksAll(ids);
    };
    const counted = { ...storage, walkLinksAll };
    const { config } = await keyColumns(counted, NO_LAYERS, () => []);
    expect([config.recordDigest.length, config.alternativeLink.length, asked]).toEqual([count + 1, 2 * count, count]);
  });

  test('links that no build makes are counted and left out, and gaps cannot ask for all memory', async () => {
    const { badLinks } = await keyColumns(
      await linked([
        { from: digest(1), to: 'b', op: 7, input: -1 },
        { from: digest(1), to: 'b', op: 7, input: 1.5 },
        { from: digest(1), to: 'b', op: 7, input: 2 ** 40 },
      ]),
      NO_LAYERS,
      () => [],
    );
    expect(badLinks).toBe(3);
    const wide = await linked(
      Array.from({ length: 300 }, (_, n) => ({ from: digest(1), to: `k${n}`, op: n, input: 65_535 })),
    );
    await expect(keyColumns(wide, NO_LAYERS, () => [])).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});

describe('what is exported of it', () => {
  test('is what somebody else can find: no sessions, no gaps, nothing that only they lead to', async () => {
    const storage = await linked([
      { from: 'random:1', to: 'a', op: 1 },
      { from: digest(1), to: 'b', op: 2 },
      { from: 'random:1', to: 'b', op: 2 },
      { from: digest(1), to: 'gap', op: 3, input: 1 },
      { from: 'gap', to: 'after', op: 4 },
      { from: 'b', to: 'loop', op: 5 },
      { from: 'loop', to: 'loop', op: 5 },
    ]);
    const { config } = await keyColumns(storage, NO_LAYERS, () => []);
    const { texts, recordDigest, alternativeLink } = canonicalConfig(config, new Map());
    expect(new Set(Array.from(recordDigest, (text) => texts[text]))).toEqual(
      new Set([digest(1), outputKey(digest(2), 0), outputKey(digest(5), 0)]),
    );
    expect(alternativeLink.length).toBe(2);
  });
});
