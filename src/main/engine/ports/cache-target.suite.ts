import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { cacheDocuments } from '../remotecache/cache-documents.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { sortCacheConfig } from '../remotecache/sort.ts';
import type { BlobReader, CacheSource } from './cache-source.ts';
import type { Arrival, BlobContent, CacheTarget } from './cache-target.ts';

type TargetForm = Parameters<typeof cacheDocuments>[1];

/** A place of one test. */
export interface TargetPlace extends AsyncDisposable {
  /** The place as a program that has just started opens it. */
  open(): Promise<CacheTarget>;
  /** The cache under a name, as a reader finds it; it may not be there. */
  source(target: CacheTarget, ref: string): Promise<CacheSource>;
}

/** Options of the suite. */
export interface TargetSuiteOptions {
  /** The form that caches are written in; an image manifest by default. */
  readonly form?: TargetForm;
  /** False for a place that says which layers it has, but describes none. */
  readonly describesLayers?: boolean;
}

const REF = 'latest';
const bytesOf = (name: string) => Buffer.from(`the bytes of ${name}`);
const digestOf = (name: string) => `sha256:${createHash('sha256').update(bytesOf(name)).digest('hex')}`;
const layer = (name: string): Descriptor => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar',
  digest: digestOf(name),
  size: bytesOf(name).length,
  annotations: { 'containerd.io/uncompressed': digestOf(name) },
});

/** A source of these blobs. Of a damaged one it has other bytes of the same length. */
function contentOf(names: readonly string[], damaged: readonly string[] = []): BlobContent {
  const held = new Map<string, Uint8Array>(names.map((name) => [digestOf(name), bytesOf(name)]));
  for (const name of damaged) held.set(digestOf(name), bytesOf(name).fill('x'));
  return {
    locateBlobs: async (digests) => digests.map(() => undefined),
    async openBlob(digest) {
      const bytes = held.get(digest);
      if (!bytes) throw new CacheError('NOT_FOUND', 'The source has no such blob.', { subject: digest });
      return readerOf(bytes);
    },
  };
}

function readerOf(bytes: Uint8Array): BlobReader {
  return {
    size: bytes.length,
    async read(buffer, offset) {
      const part = bytes.subarray(offset, offset + buffer.length);
      buffer.set(part);
      return part.length;
    },
    async *stream({ start = 0 } = {}) {
      yield bytes.subarray(start);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A cache whose records each have one of these layers, on those before. */
async function cacheOf(names: readonly string[], form: TargetForm) {
  const document = {
    layers: names.map((name, at) => ({ blob: digestOf(name), parent: at - 1 })),
    records: names.map((name, at) => ({
      digest: digestOf(`step ${name}`),
      layers: [{ layer: at, createdAt: '2024-01-01T00:00:00Z' }],
      ...(at > 0 ? { inputs: [[{ link: at - 1 }]] } : {}),
    })),
  };
  const config = sortCacheConfig(await parseCacheConfig([Buffer.from(JSON.stringify(document))]));
  const layers = names.map(layer);
  const documents = await cacheDocuments(config, form, layers);
  return {
    layers,
    documents,
    reference: { ref: REF, manifest: documents.manifest, needs: [...layers, documents.config] },
  };
}

/** What every `CacheTarget` must do. */
export function describeCacheTarget(
  name: string,
  create: () => Promise<TargetPlace>,
  { form = 'image-manifest', describesLayers = true }: TargetSuiteOptions = {},
): void {
  describe(`CacheTarget: ${name}`, () => {
    let place: TargetPlace;
    let target: CacheTarget;
    beforeEach(async () => {
      place = await create();
      target = await place.open();
    });
    afterEach(() => place[Symbol.asyncDispose]());

    const bring = async (content: BlobContent, layers: readonly Descriptor[], signal?: AbortSignal) => {
      const arrived = new Map<string, Arrival>();
      const bytes = new Map<string, number>();
      const damage = await target.bring(content, layers, {
        signal,
        onBytes: (count, { digest }) => bytes.set(digest, (bytes.get(digest) ?? 0) + count),
        onArrived: ({ digest }, arrival) => arrived.set(digest, arrival),
      });
      return { damage, arrived, bytes };
    };
    const present = async (layers: readonly Descriptor[]) => (await target.survey(layers)).present;
    /** Caches that a reader finds under the name. */
    const caches = async () => {
      try {
        return (await (await place.source(target, REF)).read()).caches;
      } catch (error) {
        if (isCacheError(error, 'NOT_FOUND')) return [];
        throw error;
      }
    };
    /** Writes a whole cache but for its reference. */
    const writeAll = async (names: readonly string[]) => {
      const cache = await cacheOf(names, form);
      await bring(contentOf(names), cache.layers);
      const { config, configDocument, manifest, manifestDocument } = cache.documents;
      await target.writeConfig(configDocument, config);
      await target.writeManifest(manifestDocument, manifest);
      return cache;
    };

    test('opened twice it is one place, by the same texts', async () => {
      const again = await place.open();
      expect([again.location, again.place, again.locationOf(REF)]).toEqual([
        target.location,
        target.place,
        target.locationOf(REF),
      ]);
    });

    test('an empty place has nothing, and no reference leads anywhere', async () => {
      const { documents } = await cacheOf(['a'], form);
      expect(await target.survey([layer('a')])).toEqual({ present: new Set(), unfit: [] });
      expect(await target.describedLayers([REF])).toEqual([]);
      expect(await target.leadsElsewhere(REF, documents.manifest)).toBe(false);
      expect(await caches()).toEqual([]);
    });

    test('blobs that are brought are there, each with all its bytes, and stay for who opens it later', async () => {
      const layers = ['a', 'b'].map(layer);
      const { damage, arrived, bytes } = await bring(contentOf(['a', 'b']), layers);
      expect(damage).toEqual([]);
      expect([...arrived.keys()].sort()).toEqual(layers.map(({ digest }) => digest).sort());
      for (const { digest, size } of layers) expect(bytes.get(digest)).toBe(size);
      expect(await present(layers)).toEqual(new Set(layers.map(({ digest }) => digest)));
      target = await place.open();
      expect(await present([...layers, layer('c')])).toEqual(new Set(layers.map(({ digest }) => digest)));
      expect((await bring(contentOf(['a', 'b']), layers)).damage).toEqual([]);
    });

    test('a blob that is damaged or missing in the source is named, is not written, and stops no other', async () => {
      const layers = ['bad', 'gone', 'good'].map(layer);
      const { damage, arrived } = await bring(contentOf(['good'], ['bad']), layers);
      expect(damage.map(({ subject }) => subject).sort()).toEqual([digestOf('bad'), digestOf('gone')].sort());
      expect([...arrived.keys()]).toEqual([digestOf('good')]);
      expect(await present(layers)).toEqual(new Set([digestOf('good')]));
    });

    test('a signal that has fired brings nothing', async () => {
      const stopped = bring(contentOf(['a']), [layer('a')], AbortSignal.abort());
      await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await present([layer('a')])).toEqual(new Set());
    });

    test('a reference that is switched leads to the whole cache, and to another one after the next switch', async () => {
      const first = await writeAll(['a', 'b']);
      expect(await target.switchReferences([{ ...first.reference, mayReplace: false }], {})).toEqual([]);
      const read = await (await place.source(target, REF)).read();
      expect(read.problems).toEqual([]);
      expect(read.caches.map(({ ref, parsed }) => [ref, parsed.recordDigest.length])).toEqual([[REF, 2]]);
      expect(await target.leadsElsewhere(REF, first.documents.manifest)).toBe(false);

      const second = await writeAll(['a', 'b', 'c']);
      expect(await target.leadsElsewhere(REF, second.documents.manifest)).toBe(true);
      expect(await target.switchReferences([{ ...second.reference, mayReplace: true }], {})).toEqual([]);
      const [cache] = await caches();
      expect(cache?.parsed.recordDigest.length).toBe(3);
      expect(await target.leadsElsewhere(REF, second.documents.manifest)).toBe(false);
      expect(target.commands(REF).join('\n')).toContain('--cache-from');
    });

    test('switching again to what it leads to already changes nothing', async () => {
      const { reference } = await writeAll(['a']);
      for (let n = 0; n < 2; n += 1) {
        expect(await target.switchReferences([{ ...reference, mayReplace: false }], {})).toEqual([]);
      }
      expect(await caches()).toHaveLength(1);
    });

    test('a reference that is added to is switched only over what was joined', async () => {
      const first = await writeAll(['a']);
      const nothing = { mayReplace: true, joinedFrom: new Set<string>() };
      expect(await target.switchReferences([{ ...first.reference, ...nothing }], {})).toEqual([]);
      const second = await writeAll(['a', 'b']);
      const overtaken = target.switchReferences([{ ...second.reference, ...nothing }], {});
      await expect(overtaken).rejects.toMatchObject({ code: 'CONFLICT', subject: REF });
      expect((await caches())[0]?.parsed.recordDigest.length).toBe(1);
      const joinedFrom = new Set([first.documents.manifest.digest]);
      const reference = { ...second.reference, mayReplace: true, joinedFrom };
      expect(await target.switchReferences([reference], {})).toEqual([]);
      expect((await caches())[0]?.parsed.recordDigest.length).toBe(2);
      // What stands there already is no other cache.
      expect(await target.switchReferences([reference], {})).toEqual([]);
    });

    test('a reference is not switched while something that it needs is not there', async () => {
      const cache = await cacheOf(['a', 'b'], form);
      await bring(contentOf(['a']), cache.layers.slice(0, 1));
      const { config, configDocument, manifest, manifestDocument } = cache.documents;
      await target.writeConfig(configDocument, config);
      await target.writeManifest(manifestDocument, manifest);
      const lost = await target.switchReferences([{ ...cache.reference, mayReplace: true }], {});
      expect(lost).toEqual([digestOf('b')]);
      expect(await caches()).toEqual([]);
      await bring(contentOf(['b']), cache.layers.slice(1));
      expect(await target.switchReferences([{ ...cache.reference, mayReplace: true }], {})).toEqual([]);
      expect((await (await place.source(target, REF)).read()).problems).toEqual([]);
    });

    test.runIf(describesLayers)('its manifests describe the layers that are there', async () => {
      const { reference, layers } = await writeAll(['a', 'b']);
      await target.switchReferences([{ ...reference, mayReplace: false }], {});
      const described = await target.describedLayers([REF]);
      expect(described.map(({ digest, size }) => [digest, size]).sort()).toEqual(
        layers.map(({ digest, size }) => [digest, size]).sort(),
      );
      expect(described[0]?.annotations?.['containerd.io/uncompressed']).toBe(described[0]?.digest);
    });

    test('a lease can be taken for what is not there yet, and given back twice', async () => {
      const lease = await target.lease([parseDigest(digestOf('a')) as Digest]);
      await lease.add([parseDigest(digestOf('b'))]);
      await lease[Symbol.asyncDispose]();
      await lease[Symbol.asyncDispose]();
    });
  });
}
