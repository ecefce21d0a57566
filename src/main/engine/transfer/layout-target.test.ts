import { expect, it } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { LayoutStore } from '../ports/managed-store.ts';
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
