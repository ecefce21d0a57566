import { createHash, randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isCacheError } from '../../../shared/base/errors.ts';
import { type Digest, type DigestAlgorithm, parseDigest } from '../../../shared/oci/digest.ts';
import { CommitCopy, CommitMove, type MoteCache } from '../../engine/ports/mote-cache.ts';
import { createMemoryMotes, MemoryMoteCache } from '../memory/testing/memory-mote-cache.ts';
import { BottleFileCache } from './bottle-file-cache.ts';

const STEPS = 2500;
const seed = Number(process.env.CACHEWRIGHT_SEED ?? randomInt(1_000_000));

/** Blobs there can be, from none to some hundred kilobytes. */
const BLOBS = 10;

function blobOf(n: number, algorithm: DigestAlgorithm): { bytes: Buffer; digest: Digest } {
  const bytes = Buffer.alloc([0, 1, 17, 4096, 65_536, 70_000, 200_001][n % 7] ?? 5, `${n} `);
  return { bytes, digest: parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`) };
}

/** Numbers below a bound that a seed decides. */
function sequence(from: number): (bound: number) => number {
  let count = 0;
  return (bound) => {
    count += 1;
    return createHash('sha256').update(`${from} ${count}`).digest().readUInt32BE() % bound;
  };
}

/** What a call answered: its value, or the code of its error. */
async function answer(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (isCacheError(error)) return { error: error.code };
    throw error;
  }
}

async function text(cache: MoteCache, digest: Digest): Promise<string> {
  await using reader = await cache.moteReader(digest);
  const hash = createHash('sha256');
  for await (const chunk of reader) hash.update(chunk);
  return `${reader.size} ${hash.digest('hex')}`;
}

async function part(cache: MoteCache, digest: Digest, offset: number): Promise<string> {
  await using reader = await cache.moteReaderAt(digest);
  const buffer = Buffer.alloc(300);
  const bytes = await reader.readAt(buffer, offset);
  return `${reader.size} ${bytes} ${buffer.subarray(0, bytes).toString('latin1')}`;
}

async function write(
  cache: MoteCache,
  digest: Digest,
  chunks: readonly Uint8Array[],
  end: 'close' | 'abort' | 'dispose',
) {
  await using writer = await cache.moteWriter(digest);
  for (const chunk of chunks) await writer.write(chunk);
  if (end === 'close') await writer.close();
  if (end === 'abort') await writer.abort();
  return 'written';
}

/** The two that must agree, and the place where files for `commitMote` lie for both. */
interface Pair {
  file: MoteCache;
  readonly model: MoteCache;
  /** Files outside, with the same bytes for both; answers the references. */
  stage(bytes: Uint8Array): Promise<readonly [string, string]>;
  isStaged(refs: readonly [string, string]): readonly [boolean, boolean];
}

type Step = (pair: Pair) => Promise<readonly [unknown, unknown]>;

/** One random step, and its name for the report. */
function randomStep(pick: (bound: number) => number, algorithm: DigestAlgorithm): { name: string; step: Step } {
  const n = pick(BLOBS);
  const { bytes, digest } = blobOf(n, algorithm);
  const cut = pick(bytes.byteLength + 1);
  const offset = pick(300_000);
  const left = pick(600_000);
  const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
  const both = (call: (cache: MoteCache) => unknown): Step => {
    return async ({ file, model }) => [await answer(() => call(file)), await answer(() => call(model))];
  };
  const commit =
    (mode: typeof CommitCopy | typeof CommitMove, size: number): Step =>
    async (pair) => {
      const refs = await pair.stage(bytes);
      const mote = { digest, mediaType: 't', dataSize: size };
      const answers = [
        await answer(() => pair.file.commitMote(refs[0], mote, mode)),
        await answer(() => pair.model.commitMote(refs[1], mote, mode)),
      ] as const;
      const [one, other] = pair.isStaged(refs);
      return [
        [answers[0], one],
        [answers[1], other],
      ];
    };
  const steps: Readonly<Record<string, Step>> = {
    create: both((cache) => cache.createMote(digest, 't', bytes.byteLength)),
    'create with a wrong size': both((cache) => cache.createMote(digest, 't', bytes.byteLength + 1)),
    'create with a bad size': both((cache) => cache.createMote(digest, 't', -1)),
    write: both((cache) => write(cache, digest, chunks, 'close')),
    'create and write': both(async (cache) => {
      await cache.createMote(digest, 't', bytes.byteLength);
      return write(cache, digest, chunks, 'close');
    }),
    'write too little': both((cache) => write(cache, digest, chunks.slice(1), 'close')),
    'write other bytes': both((cache) => write(cache, digest, [Buffer.alloc(bytes.byteLength, 'x')], 'close')),
    'write too much': both((cache) => write(cache, digest, [...chunks, Buffer.from('more')], 'close')),
    'write and abort': both((cache) => write(cache, digest, chunks, 'abort')),
    'write and drop': both((cache) => write(cache, digest, chunks, 'dispose')),
    'commit a copy': commit(CommitCopy, bytes.byteLength),
    'commit by moving': commit(CommitMove, bytes.byteLength),
    'commit with a wrong size': commit(CommitCopy, bytes.byteLength + 1),
    read: both((cache) => text(cache, digest)),
    'read at': both((cache) => part(cache, digest, offset)),
    remove: both((cache) => cache.removeMote(digest)),
    prune: both((cache) => cache.prune(left, { policy: () => 0 })),
    'prune, largest first': both((cache) => cache.prune(left / 100, { policy: (a, b) => b.size - a.size })),
  };
  const names = Object.keys(steps);
  // A prune empties the cache: rarely, or there is little to see.
  let name = names[pick(names.length)] ?? 'read';
  if (name.startsWith('prune') && pick(3) > 0) name = 'read';
  return { name: `${name} ${n}`, step: steps[name] ?? both(() => undefined) };
}

/** What is in it, of all the blobs there can be. */
async function contents(cache: MoteCache, digests: readonly Digest[]): Promise<unknown[]> {
  return Promise.all(
    digests.map(async (digest) => [await cache.moteExists(digest), (await cache.find(digest))?.size ?? -1]),
  );
}

describe(`a file cache and the plainest model of one (seed ${seed})`, () => {
  test.each([
    { algorithm: 'sha256', linkOnRead: true },
    { algorithm: 'sha512', linkOnRead: true },
    { algorithm: 'sha384', linkOnRead: false },
  ] as const)(`answer the same over ${STEPS} steps, keyed by $algorithm`, async ({ algorithm, linkOnRead }) => {
    const folder = await mkdtemp(join(tmpdir(), 'mote-model-'));
    try {
      const motes = createMemoryMotes();
      const open = async () => {
        const cache = new BottleFileCache(join(folder, 'cache'), { keyAlgorithm: algorithm, linkOnRead });
        await cache.initialize();
        return cache;
      };
      let staged = 0;
      let pair: Pair = {
        file: await open(),
        model: new MemoryMoteCache(motes, algorithm),
        stage: async (bytes) => {
          const path = join(folder, `staged-${++staged}`);
          await writeFile(path, bytes);
          motes.staged.set(path, bytes);
          return [path, path];
        },
        isStaged: ([path]) => [existsSync(path), motes.staged.has(path)],
      };
      const pick = sequence(seed + algorithm.length);
      const digests = Array.from({ length: BLOBS }, (_, n) => blobOf(n, algorithm).digest);
      const done: string[] = [];
      for (let at = 0; at < STEPS; at += 1) {
        if (pick(60) === 0) {
          // A new start forgets what was declared, and nothing else.
          done.push('open again');
          pair = { ...pair, file: await open(), model: new MemoryMoteCache(motes, algorithm) };
        } else {
          const { name, step } = randomStep(pick, algorithm);
          done.push(name);
          const [file, model] = await step(pair);
          expect(file, `step ${at}: ${done.slice(-8).join(', ')}`).toEqual(model);
        }
        expect(await contents(pair.file, digests), `after step ${at}: ${done.slice(-8).join(', ')}`).toEqual(
          await contents(pair.model, digests),
        );
      }
      expect(readdirSync(join(folder, 'cache/ingest'))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
