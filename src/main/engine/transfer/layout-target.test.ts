import { expect, it } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { createMemoryMotes, MemoryMoteCache } from '../../adapters/memory/testing/memory-mote-cache.ts';
import type { LayoutStore } from '../ports/managed-store.ts';
import { digestOf as digestOfBytes } from '../testing/memory-blobs.ts';
import { createLayoutTarget } from './layout-target.ts';

const digestOf = (n: number) => parseDigest(`sha256:${String(n).repeat(64)}`);
const descriptor = (n: number) => ({ mediaType: MEDIA_TYPES.ociManifest, digest: digestOf(n), size: n });

it('a reference is switched only when all that it needs is there, and else nothing changes', async () => {
  const there = new Set([digestOf(1), digestOf(2)]);
  let index: LayoutIndexDocument = { schemaVersion: 2, manifests: [] };
  const store = {
    managed: false,
    location: '/target',
    blobs: { moteExists: async (digest: string) => there.has(parseDigest(digest)) },
    changeIndex: async (change: (current: { document: LayoutIndexDocument }) => Promise<LayoutIndexDocument>) => {
      index = await change({ document: index });
    },
  } as unknown as LayoutStore;
  const before = index;
  const reference = {
    ref: 'latest',
    manifest: descriptor(1),
    needs: [descriptor(2), descriptor(3)],
    mayReplace: false,
  };
  expect(await createLayoutTarget(store).switchReferences([reference], {})).toEqual([digestOf(3)]);
  expect(index).toBe(before);
  there.add(digestOf(3));
  expect(await createLayoutTarget(store).switchReferences([reference], {})).toEqual([]);
  expect(index.manifests).toMatchObject([{ digest: digestOf(1) }]);
});

it('a whole blob of another size than its descriptor says is not fit', async () => {
  const motes = createMemoryMotes();
  const blobs = new MemoryMoteCache(motes);
  const [whole, odd] = [Buffer.from('whole'), Buffer.from('odd')];
  for (const bytes of [whole, odd]) motes.kept.set(digestOfBytes(bytes), { bytes, mediaType: '', accessedAtMs: 0 });
  const store = { managed: true, location: '/target', blobs } as unknown as LayoutStore;
  const suspects = [
    { mediaType: 'l', digest: digestOfBytes(whole), size: 5 },
    { mediaType: 'l', digest: digestOfBytes(odd), size: 4 },
  ];
  const fit = await createLayoutTarget(store).setAside(suspects, {});
  expect([...fit.whole]).toEqual([digestOfBytes(whole)]);
});

it('a plain layout has no quarantine: nothing is looked at, and nothing is whole', async () => {
  const { whole, note } = await createLayoutTarget({ managed: false } as LayoutStore).setAside([descriptor(1)], {});
  expect([whole.size, note]).toEqual([0, undefined]);
});

it('a manifest of more than 32 MiB is not read for the layers it describes', async () => {
  const opened: string[] = [];
  const limit = 32 * 1024 * 1024;
  const entries = [limit, limit + 1].map((size, at) => ({ ...descriptor(at + 1), size }));
  const store = {
    readIndex: async () => ({ document: { schemaVersion: 2, manifests: entries } }),
    blobs: {
      moteReader: async (digest: string) => {
        opened.push(digest);
        throw new Error('not there');
      },
    },
  } as unknown as LayoutStore;
  expect(await createLayoutTarget(store).describedLayers([])).toEqual([]);
  expect(opened).toEqual([digestOf(1)]);
});
