/**
 * A process of its own that works in a bare cache and ends itself, without a word, before the given step that changes the
 * disk. Tells each work once it is done; without a step to die at, at the end how many steps there are.
 *
 * node mote-crash-child.ts '{"folder":…,"dieAt":…}'
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, parseDigest } from '../../../../shared/oci/digest.ts';
import { CommitCopy, CommitMove } from '../../../engine/ports/mote-cache.ts';
import { createHashPool } from '../../workers/hash-pool.ts';
import { BottleFileCache } from '../bottle-file-cache.ts';
import { createDisk } from '../disk.ts';

/** What the process is told. `folder`: with the cache in it, and a file for each of `STAGED`. */
export interface MoteCrashOrder {
  readonly folder: string;
  /** Of the steps after the cache was opened, the first is 1. */
  readonly dieAt?: number;
}

/** Blobs by the work that is done with them. */
export const MOTE_BLOBS = {
  old: Buffer.alloc(3000, 'there before'),
  read: Buffer.alloc(70_000, 'there before, and read'),
  written: Buffer.alloc(200_001, 'through a writer'),
  empty: Buffer.alloc(0),
  copied: Buffer.alloc(150_000, 'by a copy'),
  moved: Buffer.alloc(90_000, 'by a move'),
} as const;

/** A name in `MOTE_BLOBS`. */
export type MoteBlob = keyof typeof MOTE_BLOBS;

/** What the blobs are found by. */
export function moteDigest(name: MoteBlob): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(MOTE_BLOBS[name]).digest('hex')}`);
}

async function act({ folder, dieAt }: MoteCrashOrder): Promise<void> {
  let isOpen = false;
  let steps = 0;
  const beforeStep = () => {
    if (!isOpen) return;
    steps += 1;
    if (steps === dieAt) process.kill(process.pid, 'SIGKILL');
  };
  const cache = new BottleFileCache(join(folder, 'cache'), {
    disk: createDisk({ beforeStep }),
    hasher: createHashPool({ threads: 1 }),
  });
  await cache.initialize();
  isOpen = true;
  const done = (work: string) => writeSync(1, `${work}\n`);
  const mote = (name: MoteBlob) => ({
    digest: moteDigest(name),
    mediaType: '',
    dataSize: MOTE_BLOBS[name].byteLength,
  });
  const write = async (name: MoteBlob) => {
    await cache.createMote(moteDigest(name), '', MOTE_BLOBS[name].byteLength);
    await using writer = await cache.moteWriter(moteDigest(name));
    for (let at = 0; at < MOTE_BLOBS[name].byteLength; at += 65_536) {
      await writer.write(MOTE_BLOBS[name].subarray(at, at + 65_536));
    }
    await writer.close();
    done(name);
  };

  // Two at once: they are made durable as one group.
  await Promise.all([write('written'), write('empty')]);
  await cache.commitMote(join(folder, 'copied'), mote('copied'), CommitCopy);
  done('copied');
  await cache.commitMote(join(folder, 'moved'), mote('moved'), CommitMove);
  done('moved');
  {
    await using reader = await cache.moteReader(moteDigest('read'));
    for await (const _ of reader) break;
  }
  await cache.removeMote(moteDigest('old'));
  done('removed');
  if (dieAt === undefined) done(String(steps));
}

const order = process.argv[2];
if (order !== undefined && process.argv[1]?.endsWith('mote-crash-child.ts')) {
  await act(JSON.parse(order) as MoteCrashOrder);
}
