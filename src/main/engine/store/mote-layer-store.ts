import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { SizedLayerStore } from '../ports/layer-store.ts';
import type { MoteCache } from '../ports/mote-cache.ts';
import { createCheckedReader } from '../streams/checked-reader.ts';

/** Layers in a cache of motes: a folder, where that is one. The cache is initialized. */
export function createMoteLayerStore(motes: MoteCache): SizedLayerStore {
  return {
    sizeOf: async (digest) => (await motes.find(digest))?.size,

    async readerAt({ digest: text, size }) {
      const digest = parseDigest(text);
      const reader = await motes.moteReaderAt(digest);
      if (reader.size === size) return createCheckedReader(reader, digest);
      await reader.close();
      throw new CacheError('SIZE_MISMATCH', `It should be ${size} bytes long, but has ${reader.size}.`, {
        subject: digest,
        hint: 'It was damaged where it is kept. Delete it there, and export the cache again.',
      });
    },

    async pushLayer({ digest: text, mediaType, size }, provider, { signal, onBytes } = {}) {
      const digest = parseDigest(text);
      if ((await motes.find(digest))?.size === size) return 'there';
      await using reader = await provider.openBlob(digest);
      await motes.createMote(digest, mediaType, size);
      await using writer = await motes.moteWriter(digest, { signal, onBytes });
      for await (const chunk of reader.stream(signal ? { signal } : {})) {
        throwIfAborted(signal);
        await writer.write(chunk);
      }
      throwIfAborted(signal);
      await writer.close();
      return 'copied';
    },
  };
}
