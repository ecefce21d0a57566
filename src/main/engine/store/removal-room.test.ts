import { expect, test } from 'vitest';
import { EMPTY_INDEX, printLayoutIndex, withReference } from '../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { openEntries } from './journal.ts';
import { removalRoom } from './removal-room.ts';
import { openSession } from './store-session.ts';
import { createMemoryStoreFiles, digestOf, type MemoryStoreFiles } from './testing/memory-store-files.ts';

const CONFIG_BYTES = 100_000;

/** A store with one cache whose manifest names this many layers. */
async function storeWith(layers: number): Promise<MemoryStoreFiles> {
  const files = createMemoryStoreFiles();
  const put = async (bytes: Uint8Array) => {
    await files.put(digestOf(bytes), bytes);
    return { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.byteLength };
  };
  const config = await put(Buffer.alloc(CONFIG_BYTES, 'config'));
  const links = await Promise.all(Array.from({ length: layers }, (_, at) => put(Buffer.from(`layer ${at}`))));
  const manifest = await put(Buffer.from(JSON.stringify({ config, layers: links })));
  const next = withReference(EMPTY_INDEX, 'latest', { ...manifest, mediaType: MEDIA_TYPES.ociManifest });
  await files.replaceIndex(await files.readIndex(), printLayoutIndex(next));
  return files;
}

test('a removal writes less than was foretold, whatever goes', async () => {
  for (const layers of [0, 1, 400]) {
    const files = await storeWith(layers);
    const room = await removalRoom(files);
    const blobs = (await files.list('blobs')).map((digest) => ({ digest, size: 1_000_000 }));
    let written = 2 * CONFIG_BYTES;
    const session = await openSession({
      ...files,
      placeNote: async (note, text) => {
        written += text.length;
        await files.placeNote(note, text);
      },
      replaceIndex: async (from, text) => {
        written += text.length;
        return files.replaceIndex(from, text);
      },
    });
    await session.remove({
      plan: 'p-all-0123ab',
      at: Date.parse('2026-11-20T10:00:00Z'),
      records: layers,
      nextIndex: EMPTY_INDEX,
      blobs,
      documents: blobs.slice(0, 2).map(({ digest }) => digest),
      written: blobs.slice(0, 2).map(({ digest }) => digest),
      write: async () => {},
    });
    expect(await openEntries(files)).toEqual([]);
    written -= CONFIG_BYTES;
    expect(room, `${layers} layers`).toBeGreaterThan(written);
    // Blobs in the trash count too: an undo names them.
    expect(await removalRoom(files)).toBeGreaterThan(blobs.length * 100);
  }
});

test('grows with layers, with documents and with the index', async () => {
  const [none, many] = [await removalRoom(await storeWith(0)), await removalRoom(await storeWith(1000))];
  expect(none).toBeGreaterThan(CONFIG_BYTES);
  // Each layer is named in the journal and in the manifest.
  expect(many - none).toBeGreaterThan(1000 * 300);
  const files = await storeWith(0);
  const { text, document } = await files.readIndex();
  const [manifest] = document.manifests;
  if (!manifest) throw new Error('no manifest');
  const two = printLayoutIndex(withReference(document, 'second', manifest));
  await files.replaceIndex(await files.readIndex(), two);
  expect((await removalRoom(files)) - none).toBe((two.length - text.length) * 10);
});

test('of a store whose manifest cannot be read is CORRUPT', async () => {
  const files = await storeWith(0);
  const [manifest] = (await files.readIndex()).document.manifests;
  await files.put(digestOf(Buffer.from('x')), Buffer.from('x'));
  await files.put(manifest?.digest as never, Buffer.from('{'));
  await expect(removalRoom(files)).rejects.toMatchObject({ code: 'CORRUPT' });
});
