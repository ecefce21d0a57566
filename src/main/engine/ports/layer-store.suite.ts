import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { LayerProvider, LayerReaderAt, LayerStore } from './layer-store.ts';

/** What is tested of one kind of layer store. */
export interface LayerStoreUnderTest {
  /** A store over the same place each time, as another process would have it. */
  open(): Promise<LayerStore>;
  /** Overwrites the bytes of a layer where the store keeps them. */
  damage(layer: Descriptor, bytes: Uint8Array): Promise<void>;
  /** Digests of what lies there, and how much is there that is no layer: what pushes that failed have left. */
  contents(): Promise<{ readonly layers: readonly string[]; readonly leftovers: number }>;
}

/** Larger than what any store sends in one piece. */
const LARGE_BYTES = 20 * 1024 * 1024;
const STEP_BYTES = 1024 * 1024;

function layerOf(bytes: Uint8Array): Descriptor {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: bytes.length };
}

/** Gives these bytes for every digest, in chunks of odd sizes, and counts how often. */
function providerOf(bytes: Uint8Array, onChunk: (sent: number) => void = () => {}) {
  const provider = {
    opened: 0,
    async openBlob() {
      provider.opened += 1;
      return {
        size: bytes.length,
        read: async () => expect.fail('a push reads in order'),
        async *stream({ start = 0 } = {}) {
          for (let at = start; at < bytes.length; at += 77_777) {
            onChunk(at);
            yield bytes.subarray(at, at + 77_777);
          }
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  } satisfies LayerProvider & { opened: number };
  return provider;
}

async function fault(work: Promise<unknown>): Promise<CacheError> {
  return work.then(
    () => expect.fail('it worked'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );
}

async function readWhole(reader: LayerReaderAt): Promise<Buffer> {
  const whole = Buffer.alloc(reader.size);
  for (let at = 0; at < reader.size; ) {
    const done = await reader.readAt(whole.subarray(at, at + STEP_BYTES), at);
    expect(done).toBe(Math.min(STEP_BYTES, reader.size - at));
    at += done;
  }
  return whole;
}

/** What every `LayerStore` must do. */
export function describeLayerStore(name: string, underTest: LayerStoreUnderTest): void {
  describe(`LayerStore: ${name}`, () => {
    const read = async (store: LayerStore, layer: Descriptor): Promise<Buffer> => {
      await using reader = await store.readerAt(layer);
      expect(reader.size).toBe(layer.size);
      return await readWhole(reader);
    };
    const absent = async (store: LayerStore, layer: Descriptor): Promise<void> => {
      expect(await fault(read(store, layer))).toMatchObject({ code: 'NOT_FOUND', subject: layer.digest });
      expect(await underTest.contents()).toMatchObject({ leftovers: 0 });
      expect((await underTest.contents()).layers).not.toContain(layer.digest);
    };

    test.each([
      ['empty', 0],
      ['of one byte', 1],
      ['small', 100_000],
      ['large', LARGE_BYTES],
    ])('gives back a layer: %s', async (_, size) => {
      const bytes = randomBytes(size);
      const layer = layerOf(bytes);
      let sent = 0;
      const onBytes = (more: number): void => {
        sent += more;
      };
      expect(await (await underTest.open()).pushLayer(layer, providerOf(bytes), { onBytes })).toBe('copied');
      expect(sent).toBe(size);
      expect((await read(await underTest.open(), layer)).equals(bytes)).toBe(true);
      expect(await underTest.contents()).toMatchObject({ leftovers: 0 });
    });

    test('asks nothing of the provider for a layer that is there', async () => {
      const bytes = randomBytes(5000);
      const layer = layerOf(bytes);
      await (await underTest.open()).pushLayer(layer, providerOf(bytes));
      const provider = providerOf(bytes);
      expect(await (await underTest.open()).pushLayer(layer, provider)).toBe('there');
      expect(provider.opened).toBe(0);
    });

    test('reads at any position', async () => {
      const bytes = randomBytes(300_000);
      const layer = layerOf(bytes);
      const store = await underTest.open();
      await store.pushLayer(layer, providerOf(bytes));
      await using reader = await store.readerAt(layer);
      const buffer = new Uint8Array(1000);
      for (const at of [299_500, 0, 1000, 150_000, 0]) {
        const done = await reader.readAt(buffer, at);
        expect(Buffer.from(buffer.subarray(0, done)).equals(bytes.subarray(at, at + 1000))).toBe(true);
      }
      expect(await reader.readAt(buffer, 300_000)).toBe(0);
    });

    test.each([
      ['small', 100_000],
      ['large', LARGE_BYTES],
    ])('stores nothing of bytes that are others than the digest says: %s', async (_, size) => {
      const bytes = randomBytes(size);
      const layer = layerOf(bytes);
      const other = Buffer.from(bytes);
      other[size - 1] = (other[size - 1] ?? 0) ^ 1;
      const store = await underTest.open();
      const refused = await fault(store.pushLayer(layer, providerOf(other)));
      expect(refused).toMatchObject({ code: 'DIGEST_MISMATCH', subject: layer.digest });
      await absent(store, layer);
    });

    test.each([
      ['fewer', -1],
      ['more', 1],
    ])('stores nothing of %s bytes than the descriptor says', async (_, more) => {
      const bytes = randomBytes(100_000);
      const layer = { ...layerOf(bytes), size: bytes.length - more };
      const store = await underTest.open();
      const refused = await fault(store.pushLayer(layer, providerOf(bytes)));
      expect(refused).toMatchObject({ code: 'SIZE_MISMATCH', subject: layer.digest });
      await absent(store, layer);
    });

    test('says which layer the provider does not have', async () => {
      const layer = layerOf(randomBytes(10));
      const provider: LayerProvider = {
        openBlob: async (digest) => {
          throw new CacheError('NOT_FOUND', 'It is not here.', { subject: digest });
        },
      };
      const store = await underTest.open();
      const refused = await fault(store.pushLayer(layer, provider));
      expect(refused).toMatchObject({ code: 'NOT_FOUND', subject: layer.digest, message: 'It is not here.' });
      await absent(store, layer);
    });

    test('takes one layer from several at once', async () => {
      const bytes = randomBytes(LARGE_BYTES);
      const layer = layerOf(bytes);
      const stores = await Promise.all([underTest.open(), underTest.open(), underTest.open()]);
      await Promise.all(stores.map((store) => store.pushLayer(layer, providerOf(bytes))));
      expect((await read(await underTest.open(), layer)).equals(bytes)).toBe(true);
      const { layers, leftovers } = await underTest.contents();
      expect([layers.filter((digest) => digest === layer.digest), leftovers]).toEqual([[layer.digest], 0]);
    });

    test('leaves nothing of a push that was stopped, and takes it again', async () => {
      const bytes = randomBytes(LARGE_BYTES);
      const layer = layerOf(bytes);
      const store = await underTest.open();
      const stop = new AbortController();
      const provider = providerOf(bytes, (sent) => {
        if (sent > LARGE_BYTES / 2) stop.abort();
      });
      const stopped = await fault(store.pushLayer(layer, provider, { signal: stop.signal }));
      expect(isCacheError(stopped, 'CANCELLED')).toBe(true);
      await absent(store, layer);
      expect(await store.pushLayer(layer, providerOf(bytes))).toBe('copied');
      expect((await read(store, layer)).equals(bytes)).toBe(true);
    });

    test('tells damage with the last byte', async () => {
      const bytes = randomBytes(200_000);
      const layer = layerOf(bytes);
      const store = await underTest.open();
      await store.pushLayer(layer, providerOf(bytes));
      await underTest.damage(layer, randomBytes(bytes.length));
      expect(await fault(read(store, layer))).toMatchObject({ code: 'DIGEST_MISMATCH', subject: layer.digest });
    });

    test('takes no digest that is none', async () => {
      const store = await underTest.open();
      const layer = { mediaType: '', digest: 'sha256:../../x', size: 1 };
      expect(await fault(store.readerAt(layer))).toMatchObject({ code: 'INVALID_INPUT' });
      expect(await fault(store.pushLayer(layer, providerOf(randomBytes(1))))).toMatchObject({ code: 'INVALID_INPUT' });
      expect(() => parseDigest(layer.digest)).toThrow();
    });
  });
}
