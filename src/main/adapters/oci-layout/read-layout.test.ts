import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createFolderStorage } from './folder-storage.ts';
import { INDEX_FILE } from './layout.ts';
import { readFingerprint, readLayout } from './read-layout.ts';
import { createOciLayoutSource } from './source.ts';
import type { LayoutStorage } from './storage.ts';
import { copyOf, makeLayout, temporaryFolder } from './testing/made-layout.ts';

const D = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

let folder: ReturnType<typeof temporaryFolder>;
let at: (name: string) => string;
beforeEach(() => {
  folder = temporaryFolder();
  at = (name) => join(folder.path, name);
});
afterEach(() => folder[Symbol.dispose]());

const quiet = () => {};

/** A layout that somebody changes each time when something of it has been opened. */
function changing(root: string, change: (opened: string, time: number) => void): LayoutStorage {
  const storage = createFolderStorage(root);
  let time = 0;
  return {
    ...storage,
    open: (name) => {
      const document = storage.open(name);
      change(name, time++);
      return document;
    },
  };
}

describe('a large layout, listed in another thread', () => {
  const LAYERS = 2000;
  const large = () => {
    const layout = makeLayout(at('layout'));
    const layers = Array.from({ length: LAYERS }, (_, i) => layout.layer(`layer ${i}`));
    rmSync(layout.path(layers[7]?.digest ?? ''));
    layout.cache({ layers: layers.map(({ digest }) => ({ blob: digest, parent: -1 })) }, layers);
    return layout.root;
  };

  test('gives the same snapshot', async () => {
    const root = large();
    using storage = createFolderStorage(root);
    const alone = await readLayout(storage, { onProgress: quiet });
    let asked = 0;
    const apart = await readLayout(storage, {
      onProgress: quiet,
      listApart: async () => {
        asked += 1;
        return storage.list(quiet);
      },
    });
    expect(asked).toBe(1);
    expect(apart).toEqual(alone);
    const { fingerprint, blobs, problems } = await createOciLayoutSource(root).read();
    expect([fingerprint, blobs.length]).toEqual([alone.fingerprint, LAYERS - 1 + 2]);
    expect(problems).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
  });

  test('fails with the error of that thread', async () => {
    const root = large();
    writeFileSync(join(root, 'blobs/sha512'), 'no folder');
    await expect(createOciLayoutSource(root).read()).rejects.toMatchObject({
      code: 'CORRUPT',
      subject: 'blobs/sha512',
    });
  });
});

describe('a cache that is written while it is read', () => {
  test('a new index in the middle: the new state is read', async () => {
    const layout = makeLayout(at('layout'));
    layout.cache({ records: [{ digest: D(1) }] }, [], 'one');
    using storage = changing(layout.root, (_, time) => {
      if (time === 1) layout.cache({ records: [{ digest: D(1) }, { digest: D(2) }] }, [], 'two');
    });
    const { caches, fingerprint } = await readLayout(storage, { onProgress: quiet });
    expect(caches.map((cache) => [cache.ref, cache.parsed.recordDigest.length])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
    expect(fingerprint).toBe(await readFingerprint(storage, quiet));
  });

  test('a prune in the middle takes a document away: the new state is read', async () => {
    const layout = makeLayout(at('layout'));
    const manifest = layout.cache({ records: [{ digest: D(1) }] }, []);
    using storage = changing(layout.root, (name, time) => {
      if (name !== INDEX_FILE || time > 0) return;
      layout.index({ manifests: [] });
      rmSync(layout.path(manifest.digest));
    });
    expect((await readLayout(storage, { onProgress: quiet })).caches).toEqual([]);
  });

  test('blobs that come while the index stays do not matter', async () => {
    const layout = makeLayout(at('layout'));
    layout.cache({ records: [{ digest: D(1) }] }, []);
    let opened = 0;
    using storage = changing(layout.root, (_, time) => {
      layout.layer(`new ${time}`);
      opened++;
    });
    expect((await readLayout(storage, { onProgress: quiet })).caches.length).toBe(1);
    // Index, manifest, config, and the index again.
    expect(opened).toBe(4);
  });

  test('one that never rests is UNAVAILABLE after three tries', async () => {
    const layout = makeLayout(at('layout'));
    layout.cache({}, []);
    let tries = 0;
    using storage = changing(layout.root, (name) => {
      if (name === INDEX_FILE) layout.index(`${readFileSync(join(layout.root, INDEX_FILE), 'utf8')} `);
      else if (name.endsWith('x')) expect.fail('nothing ends so');
      tries++;
    });
    const error = await readLayout(storage, { onProgress: quiet }).catch((thrown: unknown) => thrown);
    expect(isCacheError(error, 'UNAVAILABLE')).toBe(true);
    // Three times: index, manifest, config, and the index again.
    expect(tries).toBe(12);
  });

  test('an index that is half written at first', async () => {
    const layout = makeLayout(at('layout'));
    layout.cache({}, []);
    const whole = readFileSync(join(layout.root, INDEX_FILE), 'utf8');
    writeFileSync(join(layout.root, INDEX_FILE), whole.slice(0, 20));
    using storage = changing(layout.root, (_, time) => {
      if (time === 0) writeFileSync(join(layout.root, INDEX_FILE), whole);
    });
    expect((await readLayout(storage, { onProgress: quiet })).caches.length).toBe(1);
  });
});

test('any mutation of index, manifest or config ends in a snapshot or a CacheError', async () => {
  const root = copyOf(join(FIXTURES, 'sample'), at('sample'));
  const blobs = readdirSync(join(root, 'blobs/sha256')).map((name) => join('blobs/sha256', name));
  const documents = [INDEX_FILE, ...blobs].filter((name) => readFileSync(join(root, name), 'utf8').startsWith('{"'));
  expect(documents.length).toBe(3);
  const original = new Map(documents.map((name) => [name, readFileSync(join(root, name))]));
  const piece = fc.oneof(
    fc.constantFrom('null', '{}', '[]', '"', '-1', '1e9', 'sha256:../x', 'application/vnd.oci.image.index.v1+json'),
    fc.string({ maxLength: 12 }),
  );
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...documents),
      fc.nat(),
      fc.nat(30),
      piece,
      fc.boolean(),
      async (name, place, cut, text, pad) => {
        const bytes = original.get(name) ?? Buffer.of();
        const from = place % bytes.length;
        let changed = Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from + cut)]);
        // Of the right length, so that it is not its size that gives it away.
        if (pad) changed = Buffer.concat([changed, Buffer.alloc(bytes.length, ' ')]).subarray(0, bytes.length);
        writeFileSync(join(root, name), changed);
        using storage = createFolderStorage(root);
        try {
          const { problems } = await readLayout(storage, { onProgress: quiet });
          outcomes.add(problems[0]?.code ?? 'read');
        } catch (error) {
          if (!(error instanceof CacheError) || error.code === 'INTERNAL') throw error;
          outcomes.add(error.code);
        } finally {
          writeFileSync(join(root, name), bytes);
        }
      },
    ),
    { numRuns: 300 },
  );
  // The round has been somewhere: not everything failed at the first check.
  expect([...outcomes]).toEqual(expect.arrayContaining(['CORRUPT', 'SIZE_MISMATCH', 'DIGEST_MISMATCH']));
});
