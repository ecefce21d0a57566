import type { SourceSnapshot } from '../ports/cache-source.ts';
import type { Steps } from '../streams/steps.ts';
import { type PruneModel, pruneModel } from './model.ts';
import { type ConfigBefore, configBefore } from './pruned-config.ts';
import { type StoreUnits, storeUnits } from './store-units.ts';
import { leavingOrder } from './units.ts';

/**
 * What all plans on one state of a source have in common, whatever their policy: worked out once, so that trying one size
 * after another costs only what the size decides.
 */
export interface PlanBase {
  readonly model: PruneModel;
  readonly units: StoreUnits;
  /** Unit → its place in the order of leaving. */
  readonly order: Uint32Array;
  /** Contents in the order of their digests. */
  readonly contents: Uint32Array;
  /** By cache. */
  readonly before: readonly ConfigBefore[];
  /** By cache: contents that its manifest describes and its config does not name. */
  readonly unnamed: readonly Uint32Array[];
}

/** Reads a snapshot for plans. Time n log n. */
export function* planBase(snapshot: SourceSnapshot): Steps<PlanBase> {
  const model = yield* pruneModel(snapshot);
  const units = storeUnits(model);
  const before: ConfigBefore[] = [];
  for (const [cache, { parsed }] of snapshot.caches.entries()) {
    before.push(configBefore(parsed, model.blobs.described[cache] as Uint8Array));
    yield { phase: 'Planning', done: 0, total: 1 };
  }
  const order = leavingOrder(units);
  yield { phase: 'Planning', done: 0, total: 1 };
  const digests = Array.from(units.present, (_, content) => units.digest(content));
  const contents = Uint32Array.from(digests.keys()).sort((a, b) => compare(digests[a] as string, digests[b] as string));
  yield { phase: 'Planning', done: 0, total: 1 };
  return { model, units, order, contents, before, unnamed: unnamedOf(snapshot, digests) };
}

function unnamedOf({ caches }: SourceSnapshot, digests: readonly string[]): Uint32Array[] {
  let numbers: ReadonlyMap<string, number> | undefined;
  return caches.map(({ parsed, descriptors }) => {
    const named = new Set(Array.from(parsed.layerBlob, (text) => parsed.texts[text]));
    const others = descriptors.filter(({ digest }) => !named.has(digest));
    if (others.length === 0) return new Uint32Array();
    numbers ??= new Map(digests.map((digest, content) => [digest, content]));
    const found = others.map(({ digest }) => numbers?.get(digest));
    return Uint32Array.from(found.filter((content) => content !== undefined));
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
