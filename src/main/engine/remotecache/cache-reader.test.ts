import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { CacheReader } from './cache-reader.ts';

/** Documents in memory, and which of them were opened. */
function createDocuments() {
  const documents = new Map<string, Buffer>();
  const opened: string[] = [];
  return {
    opened,
    add(mediaType: string, document: object) {
      const bytes = Buffer.from(JSON.stringify(document));
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      documents.set(digest, bytes);
      return { mediaType, digest, size: bytes.length };
    },
    async read(entry: { mediaType: string; digest: string; size: number }) {
      const reader = new CacheReader(
        (digest) => {
          opened.push(digest);
          const bytes = documents.get(digest) ?? expect.fail(`${digest} is not there`);
          return { size: bytes.length, chunks: () => [bytes] };
        },
        { onProgress: () => {} },
      );
      await reader.readEntry('app', entry);
      return reader;
    },
  };
}

type Documents = ReturnType<typeof createDocuments>;
type Entry = ReturnType<Documents['add']>;

const indexOf = (documents: Documents, manifests: readonly Entry[]) =>
  documents.add(MEDIA_TYPES.ociIndex, { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests });

/** An image without a cache, unlike others by its number. */
function imageOf(documents: Documents, n = 0) {
  const config = documents.add(MEDIA_TYPES.ociImageConfig, { architecture: 'amd64', os: 'linux', n });
  return documents.add(MEDIA_TYPES.ociManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config,
    layers: [],
  });
}

test('an index within an index within an index, with 40 equal children each: each document is read once', async () => {
  const documents = createDocuments();
  let entry = imageOf(documents);
  for (let level = 0; level < 4; level += 1) entry = indexOf(documents, Array<Entry>(40).fill(entry));
  const reader = await documents.read(entry);
  // Four indexes, an image, its config.
  expect(documents.opened).toHaveLength(6);
  expect(new Set(documents.opened).size).toBe(6);
  expect(reader.problems.map(({ code }) => code)).toEqual(['UNSUPPORTED_FORMAT']);
});

test('a reference leads to 1,000 manifests at most, and says what is left out', async () => {
  const documents = createDocuments();
  const images = (from: number, count: number) => Array.from({ length: count }, (_, n) => imageOf(documents, from + n));
  const whole = indexOf(documents, images(0, 1000));
  const fits = await documents.read(whole);
  expect(fits.problems.map(({ code }) => code)).toEqual(['UNSUPPORTED_FORMAT']);
  expect(documents.opened).toHaveLength(2001);

  documents.opened.length = 0;
  const nested = indexOf(documents, [indexOf(documents, images(0, 1001)), ...images(2000, 5)]);
  const reader = await documents.read(nested);
  expect(reader.problems.map(({ code, subject }) => [code, subject])).toEqual([
    ['INVALID_INPUT', 'app'],
    ['UNSUPPORTED_FORMAT', 'app'],
  ]);
  expect(reader.problems[0]?.message).toBe('The index of app leads to more than 1000 manifests.');
  expect(documents.opened).toHaveLength(2 + 999 * 2);
});

test('two references may lead to the same image', async () => {
  const documents = createDocuments();
  const image = imageOf(documents);
  const entries = [indexOf(documents, [image]), indexOf(documents, [image, image])];
  for (const entry of entries) await documents.read(entry);
  expect(documents.opened.filter((digest) => digest === image.digest)).toHaveLength(2);
});
