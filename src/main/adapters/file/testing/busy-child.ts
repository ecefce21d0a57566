/**
 * A process of its own that does random things in a place that others use at the same time, and ends with an error when
 * it finds something torn or meets an error that such company does not explain.
 *
 * node busy-child.ts '{"kind":…,"path":…,"seed":…,"rounds":…,"untilMs":…}'
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CacheError, type CacheErrorCode, isCacheError } from '../../../../shared/base/errors.ts';
import { parseDigest } from '../../../../shared/oci/digest.ts';
import { undoPlan } from '../../../engine/prune/undo.ts';
import { FIXTURES } from '../../../engine/testing/real-caches.ts';
import { BottleFileCache } from '../bottle-file-cache.ts';
import { importFrom, prune, sourceOf, startOn } from './store-folder.ts';

/** What the process is told. It stops after so many rounds and not before the moment, if one is given. */
export interface BusyOrder {
  readonly kind: 'motes' | 'store';
  readonly path: string;
  readonly seed: number;
  readonly rounds: number;
  readonly untilMs?: number;
}

const order = JSON.parse(process.argv[2] ?? '{}') as BusyOrder;

/** A sequence of numbers below a bound that a seed decides. */
function sequence(seed: number): (bound: number) => number {
  let count = 0;
  return (bound) => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() % bound;
  };
}

const pick = sequence(order.seed);

/** Blob `n`, of some hundred bytes to some hundred kilobytes. */
function blobOf(n: number): { bytes: Buffer; digest: ReturnType<typeof parseDigest> } {
  const bytes = Buffer.alloc(((n * 7919) % 200) * 1000 + 100, `blob ${n} `);
  return { bytes, digest: parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`) };
}

async function expected(work: Promise<unknown>, ...codes: CacheErrorCode[]): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isCacheError(error) || !codes.includes(error.code)) throw error;
  });
}

async function moteRound(cache: BottleFileCache): Promise<void> {
  const { bytes, digest } = blobOf(pick(60));
  switch (pick(4)) {
    case 0:
    case 1: {
      await cache.createMote(digest, '', bytes.byteLength);
      await using writer = await cache.moteWriter(digest);
      for (let at = 0; at < bytes.byteLength; at += 65_536) await writer.write(bytes.subarray(at, at + 65_536));
      return writer.close();
    }
    case 2:
      return expected(readWhole(cache, digest, bytes), 'NOT_FOUND');
    default:
      await cache.prune(pick(4_000_000));
  }
}

async function readWhole(cache: BottleFileCache, digest: ReturnType<typeof parseDigest>, bytes: Buffer): Promise<void> {
  await using reader = await cache.moteReader(digest);
  const hash = createHash('sha256');
  for await (const chunk of reader) hash.update(chunk);
  if (reader.size === bytes.byteLength && `sha256:${hash.digest('hex')}` === digest) return;
  throw new CacheError('CORRUPT', 'torn', { subject: digest });
}

async function storeRound(store: Awaited<ReturnType<typeof startOn>>): Promise<void> {
  switch (pick(6)) {
    case 0:
    case 1:
    case 2: {
      const layout = ['sample', 'next', 'min'][pick(3)] ?? 'sample';
      await importFrom(join(FIXTURES, layout), store, { as: `ref${pick(5)}` });
      return;
    }
    case 3:
      // Somebody else changes the store while this one plans: then the plan is stale, or cannot be made at all.
      return expected(prune(store, { maxBytes: pick(9000) }), 'STALE_PLAN', 'UNAVAILABLE');
    case 4:
      return expected(prune(store, { orphans: { olderThanMs: 0 } }), 'STALE_PLAN', 'UNAVAILABLE');
    default:
      return expected(undoPlan(store, undefined), 'NOT_FOUND', 'CONFLICT');
  }
}

async function main(): Promise<void> {
  const isOver = (round: number) => round >= order.rounds && Date.now() >= (order.untilMs ?? 0);
  if (order.kind === 'motes') {
    const cache = new BottleFileCache(order.path);
    await cache.initialize();
    for (let round = 0; !isOver(round); round += 1) await moteRound(cache);
    return;
  }
  const store = await startOn(order.path);
  for (let round = 0; !isOver(round); round += 1) await storeRound(store);
  // A reader that starts now finds whole references, or a store that keeps changing.
  await expected(sourceOf(store).read(), 'UNAVAILABLE');
}

await main();
