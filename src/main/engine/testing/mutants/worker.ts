import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from './random.ts';
import { type Kind, tryMutant } from './trials.ts';

/** What a campaign is, for its thread. */
export interface Campaign {
  readonly kind: Kind;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  /** Index of the mutant being tried; whoever watches sees it stand still. */
  readonly at: SharedArrayBuffer;
}

/** What a thread says when it is through, or of the mutant that ended it. */
export type CampaignReply =
  | { readonly read: number; readonly refused: number; readonly peakBytes: number }
  | { readonly index: number; readonly fault: string };

const { kind, seed, from, count, at } = workerData as Campaign;
const place = new Int32Array(at);
const ends = { read: 0, refused: 0 };
let reply: CampaignReply | undefined;
for (let index = from; index < from + count && !reply; index += 1) {
  Atomics.store(place, 0, index);
  try {
    ends[await tryMutant(kind, createRandom(seed, index))] += 1;
  } catch (error) {
    reply = { index, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
parentPort?.postMessage(reply ?? { ...ends, peakBytes: process.resourceUsage().maxRSS * 1024 });
