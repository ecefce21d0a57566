import { Worker } from 'node:worker_threads';
import type { Kind } from './trials.ts';
import type { CampaignReply } from './worker.ts';

/** None may hang: seconds of computing on one mutant. */
const HANGS_AFTER_MS = 2_000;
/** None may take more memory than this. */
const MOST_BYTES = 512 * 1024 * 1024;

/** How many mutants were read whole, and how many refused. */
export interface CampaignResult {
  readonly read: number;
  readonly refused: number;
}

/**
 * Tries mutants `from` … `from + count` in a thread of their own, which ends when one hangs or takes too much memory.
 * @throws naming kind, seed and index of the first mutant that does not end in a cache or a `CacheError`
 */
export async function runCampaign(kind: Kind, seed: number, count: number, from = 0): Promise<CampaignResult> {
  const at = new SharedArrayBuffer(4);
  const place = new Int32Array(at);
  const before = { now: process.memoryUsage.rss(), peak: process.resourceUsage().maxRSS * 1024 };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { kind, seed, from, count, at },
    resourceLimits: { maxOldGenerationSizeMb: MOST_BYTES / 2 ** 20 },
  });
  const named = (index: number, what: string) =>
    new Error(`mutant ${index} of ${kind} with seed ${seed} ${what}: runCampaign('${kind}', ${seed}, 1, ${index})`);
  const { promise, resolve, reject } = Promise.withResolvers<CampaignReply>();
  worker.once('message', resolve);
  worker.once('error', (error) => reject(named(Atomics.load(place, 0), `ended its thread (${error.message})`)));
  const watch = watchProgress(place, () => reject(named(Atomics.load(place, 0), 'hangs')));
  try {
    const reply = await promise;
    if ('fault' in reply) throw named(reply.index, `threw ${reply.fault}`);
    if (reply.peakBytes > Math.max(before.peak, before.now + MOST_BYTES)) {
      throw new Error(`a mutant of ${kind} from ${from} with seed ${seed} took more than ${MOST_BYTES} bytes`);
    }
    return { read: reply.read, refused: reply.refused };
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}

/** Computing is what counts: on a busy machine a thread may wait for its turn for longer. */
function watchProgress(place: Int32Array, onHang: () => void): NodeJS.Timeout {
  let last = -1;
  let since = process.cpuUsage();
  return setInterval(() => {
    const index = Atomics.load(place, 0);
    if (index !== last) {
      last = index;
      since = process.cpuUsage();
    } else if (process.cpuUsage(since).user / 1000 > HANGS_AFTER_MS) onHang();
  }, 100);
}
