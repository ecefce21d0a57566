import { strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildCli } from '../scripts/build.ts';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { type Contender, runBench } from './harness.ts';

// What a command saves that comes after another one over the same large cache.

interface Prepared {
  readonly cache: string;
  readonly folder: string;
}

const run = promisify(execFile);
const RECORDS = 200_000;
/** Longer than the times of a folder must have stood before they are believed. */
const SETTLED_MS = 3_000;

await runBench<Prepared, string, string>({
  name: 'inspect',
  what: 'inspect a cache of 200,000 records again, as a command after another one',
  goal: 10,
  rounds: 5,
  isElsewhere: true,
  async prepare(folder) {
    await buildCli('warn');
    const cache = join(folder, 'cache');
    const shape = { records: RECORDS, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 40, seed: 7 };
    await writeShapedCache(shapeCache(shape), { folder: cache, ref: 'latest', blobs: 'sparse' });
    await setTimeout(SETTLED_MS);
    return { cache, folder };
  },
  ours: {
    name: 'the second inspect',
    // Of all but the first round of a process, this is the third or a later one.
    setUp: async (prepared) => {
      await inspect(prepared, 'kept');
    },
    run: (prepared) => inspect(prepared, 'kept'),
  },
  peer: first(),
  check(ours, peer) {
    const { disk: _ours, ...again } = JSON.parse(ours);
    const { disk: _peer, ...once } = JSON.parse(peer);
    strictEqual(JSON.stringify(again), JSON.stringify(once));
    strictEqual(again.totals.records, RECORDS);
  },
});

/** Each over folders of its own, in which nothing is kept yet. */
function first(): Contender<Prepared, string> {
  return {
    name: 'the first inspect',
    run: (prepared, round) => inspect(prepared, `${process.pid}-${round}`),
  };
}

async function inspect({ cache, folder }: Prepared, kept: string): Promise<string> {
  const program = join(PROJECT_FOLDER, 'bin/cachewright.js');
  const own = join(folder, kept);
  const env = { ...process.env, CACHEWRIGHT_STATE_DIR: join(own, 'state'), CACHEWRIGHT_CACHE_DIR: join(own, 'cache') };
  return (await run(process.execPath, [program, 'inspect', cache, '--json'], { env })).stdout;
}
