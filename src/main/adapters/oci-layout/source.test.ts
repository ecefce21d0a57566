import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CacheSource, ReadProgress } from '../../engine/ports/cache-source.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createHandClock } from '../../engine/testing/stand-ins.ts';
import { openSource, readCompanionNames } from './index.ts';
import { probe } from './probe.ts';
import { createOciLayoutSource } from './source.ts';
import { copyOf, makeLayout, tarOf, temporaryFolder } from './testing/made-layout.ts';

const SAMPLE = join(FIXTURES, 'sample');

let folder: ReturnType<typeof temporaryFolder>;
let at: (name: string) => string;
beforeEach(() => {
  folder = temporaryFolder();
  at = (name) => join(folder.path, name);
});
afterEach(() => folder[Symbol.dispose]());

const both: [string, () => Promise<CacheSource>][] = [
  ['a folder', () => openSource(SAMPLE)],
  ['a tar', () => openSource(tarOf(SAMPLE, at('sample.tar')))],
];

test.each(['blobs', 'blobs/sha256'])('%s that came to lead out of the source is not followed', async (name) => {
  const root = copyOf(SAMPLE, at('cache'));
  // Its name begins as that of the source does.
  const outside = copyOf(SAMPLE, at('cache-elsewhere'));
  const source = await openSource(root);
  const [blob] = (await source.read()).blobs;
  const digest = blob?.digest ?? expect.fail('the sample has blobs');
  await using _reader = await source.openBlob(digest);
  rmSync(join(root, name), { recursive: true });
  symlinkSync(join(outside, name), join(root, name));
  await expect(source.openBlob(digest)).rejects.toMatchObject({ code: 'CORRUPT', subject: digest });
});

test('a blobs folder that is a link inside of the source is followed', async () => {
  const root = copyOf(SAMPLE, at('cache'));
  renameSync(join(root, 'blobs/sha256'), join(root, 'blobs/other'));
  symlinkSync('other', join(root, 'blobs/sha256'));
  const source = await openSource(root);
  const [blob] = (await source.read()).blobs;
  await using reader = await source.openBlob(blob?.digest ?? expect.fail('the sample has blobs'));
  expect(reader.size).toBe(blob?.size);
});

describe.each(both)('%s', (_, open) => {
  test('blobs are read at any place, and as a stream from anywhere', async () => {
    const source = await open();
    for (const name of readdirSync(join(SAMPLE, 'blobs/sha256'))) {
      const whole = readFileSync(join(SAMPLE, 'blobs/sha256', name));
      await using reader = await source.openBlob(`sha256:${name}` as Digest);
      expect(reader.size).toBe(whole.length);
      const buffer = new Uint8Array(100);
      const bytes = await reader.read(buffer, whole.length - 60);
      expect(Buffer.from(buffer.subarray(0, bytes))).toEqual(whole.subarray(-60));
      expect(await reader.read(buffer, whole.length + 5)).toBe(0);
      const chunks: Uint8Array[] = [];
      for await (const chunk of reader.stream({ start: 7 })) chunks.push(chunk);
      expect(Buffer.concat(chunks)).toEqual(whole.subarray(7));
    }
  });

  test('a blob can be found by readers in other threads', async () => {
    const source = await open();
    const { blobs } = await source.read();
    const extents = await source.locateBlobs(blobs.map((blob) => blob.digest));
    for (const [i, { digest, size }] of blobs.entries()) {
      const extent = extents[i];
      const file = readFileSync(extent?.path ?? '');
      const start = extent?.offset ?? 0;
      const bytes = file.subarray(start, extent?.length === undefined ? undefined : start + extent.length);
      expect(bytes.length).toBe(size);
      expect(bytes).toEqual(readFileSync(join(SAMPLE, 'blobs', ...digest.split(':'))));
    }
    const [missing] = await source.locateBlobs([`sha512:${'0'.repeat(128)}` as Digest]);
    expect(missing === undefined || !existsSync(missing.path)).toBe(true);
  });

  test('a blob that is not there, and a digest that is none', async () => {
    const source = await open();
    const code = (digest: string) =>
      source.openBlob(digest as Digest).then(String, (error: { code: string }) => error.code);
    expect(await code(`sha256:${'0'.repeat(64)}`)).toBe('NOT_FOUND');
    expect(await code('sha256:../../index.json')).toBe('INVALID_INPUT');
  });

  test('reads say how far they are, and give up at once', async () => {
    const source = await open();
    const seen: ReadProgress[] = [];
    const { fingerprint } = await source.read({ onProgress: (progress) => seen.push(progress) });
    expect(await source.fingerprint()).toBe(fingerprint);
    for (const { done, total } of seen) expect(done).toBeLessThanOrEqual(total ?? done);
    const abort = new AbortController();
    const reading = source.read({ signal: abort.signal }).catch((error: unknown) => error);
    abort.abort();
    expect(isCacheError(await reading, 'CANCELLED')).toBe(true);
    const again = await source.read({ signal: AbortSignal.abort() }).catch((error: unknown) => error);
    expect(isCacheError(again, 'CANCELLED')).toBe(true);
  });
});

test('a large cache: the first thread is ended in the middle, the next one reads it all', async () => {
  const layout = makeLayout(at('large'));
  const digest = (i: number) => `sha256:${i.toString(16).padStart(64, '0')}`;
  const records = Array.from({ length: 60_000 }, (_, i) => ({
    digest: digest(i),
    ...(i ? { inputs: [[{ link: i - 1 }]] } : {}),
  }));
  layout.cache({ records }, []);
  const source = await openSource(layout.root);
  const abort = new AbortController();
  const reading = source
    .read({ signal: abort.signal, onProgress: () => abort.abort() })
    .catch((error: unknown) => error);
  expect(isCacheError(await reading, 'CANCELLED')).toBe(true);
  const { caches } = await source.read();
  expect(caches[0]?.parsed.recordDigest.length).toBe(records.length);
});

describe('the fingerprint', () => {
  const fingerprint = async (location: string) => (await openSource(location)).fingerprint();

  test('is that of the bytes, wherever they lie and whenever they were copied', async () => {
    const sample = await fingerprint(SAMPLE);
    const copy = copyOf(SAMPLE, at('copy'));
    rmSync(join(copy, 'provenance.json'), { force: true });
    utimesSync(join(copy, 'index.json'), 1, 1);
    expect(await fingerprint(copy)).toBe(sample);
    expect(await fingerprint(tarOf(copy, at('copy.tar')))).toBe(sample);
  });

  test('changes with the index, with any blob that comes or goes, and with its size', async () => {
    const copy = copyOf(SAMPLE, at('copy'));
    const seen = new Set([await fingerprint(copy)]);
    const [first = ''] = readdirSync(join(copy, 'blobs/sha256'));
    const changes = [
      () => writeFileSync(join(copy, 'blobs/sha256', first), 'other size'),
      () => rmSync(join(copy, 'blobs/sha256', first)),
      () => writeFileSync(join(copy, 'blobs/sha256', 'f'.repeat(64)), ''),
      () => mkdirSync(join(copy, 'blobs/sha256', 'e'.repeat(64))),
      () => mkdirSync(join(copy, 'blobs/sha512')),
      () => writeFileSync(join(copy, 'blobs/sha512', 'f'.repeat(128)), ''),
      () => writeFileSync(join(copy, 'index.json'), `${readFileSync(join(copy, 'index.json'), 'utf8')} `),
    ];
    for (const change of changes) {
      change();
      seen.add(await fingerprint(copy));
    }
    // An empty folder is no change.
    expect(seen.size).toBe(changes.length);
  });

  test('leaves out what is no blob', async () => {
    const copy = copyOf(SAMPLE, at('copy'));
    const before = await fingerprint(copy);
    writeFileSync(join(copy, 'blobs/sha256/readme'), 'x');
    writeFileSync(join(copy, 'index.json.lock'), '');
    mkdirSync(join(copy, 'ingest/abc'), { recursive: true });
    expect(await fingerprint(copy)).toBe(before);
  });
});

describe('the look', () => {
  const opened = (location: string, aheadMs = 3_600_000) =>
    createOciLayoutSource(location, { clock: createHandClock(Date.now() + aheadMs) });

  test('is the same until the index changes, or a blob comes, goes, or is replaced', async () => {
    const copy = copyOf(SAMPLE, at('copy'));
    const [first = ''] = readdirSync(join(copy, 'blobs/sha256'));
    const blob = join(copy, 'blobs/sha256', first);
    const index = readFileSync(join(copy, 'index.json'), 'utf8');
    const seen = new Set([await opened(copy).look?.()]);
    const changes = [
      // Of the same size.
      () => writeFileSync(join(copy, 'index.json'), index.replace('latest', 'newest')),
      () => writeFileSync(join(copy, 'blobs/sha256', 'f'.repeat(64)), ''),
      () => renameSync(join(copy, 'blobs/sha256', 'f'.repeat(64)), blob),
      () => rmSync(blob),
      () => mkdirSync(join(copy, 'blobs/sha512')),
      () => writeFileSync(join(copy, 'blobs/sha512', 'f'.repeat(128)), ''),
    ];
    for (const change of changes) {
      expect(seen).toContain(await opened(copy).look?.());
      // A file system's clock ticks in milliseconds.
      await setTimeout(20);
      change();
      seen.add(await opened(copy).look?.());
    }
    expect([seen.size, seen.has(undefined)]).toEqual([changes.length + 1, false]);
  });

  test('promises nothing of a change just now, and nothing of what lies behind a link', async () => {
    const copy = copyOf(SAMPLE, at('copy'));
    expect(await opened(copy, 0).look?.()).toBeUndefined();
    renameSync(join(copy, 'blobs'), join(copy, 'elsewhere'));
    symlinkSync('elsewhere', join(copy, 'blobs'));
    expect(await opened(copy).look?.()).toBeUndefined();
  });

  test('stands for whole blobs only, in folders of their own', async () => {
    const wholeBytes = async (change: (blobs: string) => void) => {
      const copy = copyOf(SAMPLE, at('copy'));
      change(join(copy, 'blobs/sha256'));
      const read = await createOciLayoutSource(copy).read();
      rmSync(copy, { recursive: true });
      return read.wholeBytes;
    };
    const { caches } = await createOciLayoutSource(SAMPLE).read();
    const layer = caches[0]?.descriptors[0]?.digest.slice('sha256:'.length) ?? '';
    const bytes = await wholeBytes(() => {});
    expect(bytes).toBe(
      readdirSync(join(SAMPLE, 'blobs/sha256')).reduce(
        (sum, name) => sum + statSync(join(SAMPLE, 'blobs/sha256', name)).size,
        0,
      ),
    );
    const changes: ((blobs: string) => void)[] = [
      (blobs) => truncateSync(join(blobs, layer), 1),
      (blobs) => rmSync(join(blobs, layer)),
      (blobs) => writeFileSync(join(blobs, 'readme'), ''),
      (blobs) => linkSync(join(blobs, layer), join(blobs, '../../second-name')),
      (blobs) => mkdirSync(join(blobs, 'e'.repeat(64))),
    ];
    for (const change of changes) expect(await wholeBytes(change)).toBeUndefined();
  });
});

describe('telling what a path is', () => {
  test('a layout is found by its folder, by its index, and through a link', async () => {
    expect(await probe(SAMPLE)).toEqual({ kind: 'oci-layout', location: SAMPLE });
    expect(await probe(join(SAMPLE, 'index.json'))).toEqual({ kind: 'oci-layout', location: SAMPLE });
    expect(await probe(`${SAMPLE}/../sample/`)).toEqual({ kind: 'oci-layout', location: SAMPLE });
    expect((await openSource(SAMPLE)).kind).toBe('oci-layout');
  });

  test('a tar by its first header, whatever it is called', async () => {
    cpSync(tarOf(SAMPLE, at('sample.tar'), '--format=pax'), at('cache'));
    expect(await probe(at('cache'))).toEqual({ kind: 'oci-tar', location: at('cache') });
  });
});

describe('companions', () => {
  test('a provenance in the folder, beside it, or beside a tar gives names', async () => {
    expect((await readCompanionNames(SAMPLE)).size).toBeGreaterThan(10);
    const cache = copyOf(SAMPLE, at('cache'));
    rmSync(join(cache, 'provenance.json'));
    expect((await readCompanionNames(cache)).size).toBe(0);
    cpSync(join(SAMPLE, 'provenance.json'), at('provenance.json'));
    const names = await readCompanionNames(cache);
    expect(names.size).toBeGreaterThan(10);
    expect(await readCompanionNames(tarOf(cache, at('cache.tar')))).toEqual(names);
  });

  test('one that cannot be read gives none and no error', async () => {
    const cache = copyOf(SAMPLE, at('cache'));
    writeFileSync(join(cache, 'provenance.json'), '{"predicate":');
    expect((await readCompanionNames(cache)).size).toBe(0);
    const error = await readCompanionNames(cache, AbortSignal.abort()).catch((thrown: unknown) => thrown);
    expect(isCacheError(error, 'CANCELLED')).toBe(true);
  });
});
