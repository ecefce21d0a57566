import { describe, expect, test } from 'vitest';
import { referenceOf, withReference } from '../../../shared/oci/layout-index.ts';
import { replaceReferences } from './replace-references.ts';
import { restoreBatch } from './restore.ts';
import { openSession } from './store-session.ts';
import { createMemoryStoreFiles, digestOf } from './testing/memory-store-files.ts';

describe('a cache that was imported where a prune had left the same', () => {
  const manifest = (name: string) => Buffer.from(JSON.stringify({ name }));
  const [whole, pruned] = [manifest('whole'), manifest('pruned')];
  const descriptor = (bytes: Buffer) => ({ mediaType: 'm', digest: digestOf(bytes), size: bytes.byteLength });

  async function store() {
    const files = createMemoryStoreFiles();
    const importCache = async (bytes: Buffer) => {
      await files.put(digestOf(bytes), bytes);
      await replaceReferences(files, ({ document }) => withReference(document, 'latest', descriptor(bytes)), {});
    };
    const prune = async (plan: string) => {
      const session = await openSession(files);
      const [entry] = session.index.document.manifests;
      if (!entry) throw new Error('nothing to prune');
      await session.remove({
        plan,
        at: 0,
        records: 1,
        nextIndex: { ...session.index.document, manifests: [{ ...entry, ...descriptor(pruned) }] },
        blobs: [],
        documents: [digestOf(whole)],
        written: [digestOf(pruned)],
        write: () => files.put(digestOf(pruned), pruned),
      });
    };
    const references = async () =>
      (await files.readIndex()).document.manifests.map((entry) => `${referenceOf(entry)} ${nameOf(entry.digest)}`);
    return { files, importCache, prune, references };
  }
  const nameOf = (digest: string) => (digest === digestOf(whole) ? 'whole' : 'pruned');

  test('stays when the prune is undone; what the prune took comes back beside it, under a name that is said', async () => {
    const { files, importCache, prune, references } = await store();
    await importCache(whole);
    await prune('p-1');
    await importCache(pruned);
    expect((await files.batches('trash')).map(({ name }) => name)).toEqual(['p-1']);
    const { beside } = await restoreBatch(files, 'p-1');
    expect(beside).toEqual([{ ref: 'latest', as: 'latest-restored' }]);
    expect(await references()).toEqual(['latest pruned', 'latest-restored whole']);
    expect(await files.look('blobs', digestOf(pruned))).toBeDefined();
  });

  test('and where the import came first and was replaced: undone one after the other, both are there', async () => {
    const { files, importCache, prune, references } = await store();
    await importCache(pruned);
    await importCache(whole);
    await prune('p-1');
    for (const plan of ['p-1', (await files.batches('trash'))[0]?.name ?? '']) await restoreBatch(files, plan);
    expect(await references()).toEqual(['latest pruned', 'latest-imported whole']);
  });

  test('a prune of what nobody imported again is taken back, byte for byte', async () => {
    const { files, importCache, prune } = await store();
    await importCache(whole);
    const before = (await files.readIndex()).text;
    await prune('p-1');
    await restoreBatch(files, 'p-1');
    expect((await files.readIndex()).text).toBe(before);
    expect(await files.look('blobs', digestOf(pruned))).toBeUndefined();
  });
});
