import { deepStrictEqual, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoltBucket } from '../src/main/engine/bolt/bucket.ts';
import { openBolt } from '../src/main/engine/bolt/open.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly program: string;
  readonly database: string;
}

interface Counts {
  buckets: number;
  keys: number;
  bytes: number;
}

const KEYS = 300_000;
/** Debian lays Go's libraries there. */
const GOPATH = '/usr/share/gocode';

if (spawnSync('go', ['version']).status !== 0) {
  console.log('remotecache-bolt: skipped, it needs the packages golang-go and golang-github-coreos-bbolt-dev\n');
} else {
  await runBench<Prepared, Counts, Counts>({
    name: 'remotecache-bolt',
    what: 'walk every bucket, key and value of a solver database of 300,000 keys; the peer is a process of its own',
    goal: 1 / 3,
    rounds: 9,
    prepare(folder) {
      const program = join(folder, 'bolt');
      const environment = { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(folder, 'go-cache') };
      const build = ['build', '-o', program, join(import.meta.dirname, 'go/bolt.go')];
      execFileSync('go', build, { env: environment, stdio: 'inherit' });
      const database = join(folder, 'cache.db');
      execFileSync(program, ['write', database, String(KEYS)]);
      return { program, database };
    },
    ours: {
      name: 'cachewright',
      run({ database }) {
        const bytes = readFileSync(database);
        const readAt = (offset: number, length: number) => bytes.subarray(offset, offset + length);
        const opened = openBolt({ name: database, size: bytes.length, readAt });
        const counts = { buckets: -1, keys: 0, bytes: 0 };
        count(opened.root, counts);
        ok(opened.damage.length === 0);
        return counts;
      },
    },
    peer: {
      name: 'bbolt',
      run({ program, database }) {
        const [buckets = 0, keys = 0, bytes = 0] = execFileSync(program, ['walk', database], { encoding: 'utf8' })
          .trim()
          .split(' ')
          .map(Number);
        return { buckets, keys, bytes };
      },
    },
    check: (ours, peer) => deepStrictEqual(ours, peer),
  });
}

function count(bucket: BoltBucket, counts: Counts): void {
  counts.buckets += 1;
  for (const { key, value, bucket: inner } of bucket.entries()) {
    counts.keys += 1;
    counts.bytes += key.length + (value?.length ?? 0);
    if (inner) count(inner, counts);
  }
}
