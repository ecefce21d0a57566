import { hash } from 'node:crypto';

/** What a synthetic cache is like. Everything follows from these: the same numbers give the same cache. */
export interface CacheShape {
  /** Records, roots included. */
  readonly records: number;
  /** Input positions of a step, on average; at least 1. */
  readonly fanIn: number;
  /** Alternatives of an input that is found by content: its checksum, and definitions it may come from. */
  readonly alternatives: number;
  /** Chance that a stage starts from a step of another stage, and that an input is one that others use too. */
  readonly sharing: number;
  /** Chance that a step has a result. */
  readonly results: number;
  /** Layers of the longest chain. */
  readonly depth: number;
  readonly seed: number;
}

/** Steps a record may have as inputs: position, then alternatives. */
type Inputs = readonly (readonly { readonly link: number; readonly selector: number }[])[];

/** A record in the order of its making: it links to records before it. */
export interface ShapedRecord {
  readonly digest: string;
  readonly inputs: Inputs;
  /** Top layer of its result; -1 without one. */
  readonly layer: number;
  readonly createdAtMs: number;
}

/** A layer in the order of its making; `parent` is -1 at the bottom. */
export interface ShapedLayer {
  readonly blob: number;
  readonly parent: number;
}

/** A cache before it is written. Blobs are numbers: what they hold is up to the writer. */
export interface ShapedCache {
  readonly records: readonly ShapedRecord[];
  readonly layers: readonly ShapedLayer[];
  readonly blobs: readonly { readonly bytes: number; readonly createdAtMs: number }[];
  /** Selector number → its digest; number 0 is "". */
  readonly selectors: readonly string[];
}

const EPOCH_MS = Date.UTC(2026, 0, 1);
const SPAN_MS = 200 * 86_400_000;
/** One blob in fifty stands over a second parent too, as a linked copy on a newer base does. */
const MOVED_BLOBS = 0.02;
/** However much is shared, something new begins now and then: else chains of full length could only be picked again. */
const MOST = 0.95;
const LARGEST_BLOB = 2 ** 31;

/**
 * Imagines the builds that would have filled a cache: stages of steps, each on the layers of the one before, with inputs
 * found by content, over bases that stages share; spread over months, sizes log-normal around a few hundred KB.
 */
export function shapeCache(shape: CacheShape): ShapedCache {
  const random = createRandom(shape.seed);
  const name = (kind: string, number: number) => `sha256:${hash('sha256', `${shape.seed} ${kind} ${number}`)}`;
  const records: ShapedRecord[] = [];
  const layers: ShapedLayer[] = [];
  const blobs: { bytes: number; createdAtMs: number }[] = [];
  const selectors = ['', ...Array.from({ length: 1 + Math.floor(shape.records / 50) }, (_, n) => name('selector', n))];
  const depthOf: number[] = [];
  /** Record → layer its successors build on. */
  const layerUnder: number[] = [];
  const steps: number[] = [];
  const bases: number[] = [];
  const contents: number[] = [];
  const definitions: number[] = [];

  const pick = (from: readonly number[]) => from[Math.floor(random() * from.length)] as number;
  const isFull = () => records.length >= shape.records;

  function addRecord(inputs: Inputs, layer: number, under: number, createdAtMs: number): number {
    records.push({ digest: name('record', records.length), inputs, layer, createdAtMs });
    layerUnder.push(under);
    return records.length - 1;
  }

  function addLayer(parent: number, createdAtMs: number): number {
    let blob = blobs.length;
    if (blob > 0 && random() < MOVED_BLOBS) blob = Math.floor(random() * blob);
    else blobs.push({ bytes: Math.min(LARGEST_BLOB, Math.round(2 ** (18 + 3 * normal(random)))), createdAtMs });
    layers.push({ blob, parent });
    depthOf.push(parent < 0 ? 1 : (depthOf[parent] as number) + 1);
    return layers.length - 1;
  }

  /** A root that others may link to as well. */
  function root(pool: number[], createdAtMs: number): number {
    if (pool.length > 0 && (isFull() || random() < shape.sharing)) return pick(pool);
    const added = addRecord([], -1, -1, createdAtMs);
    pool.push(added);
    return added;
  }

  function contentInput(createdAtMs: number): Inputs[number] {
    const alternatives = [{ link: root(contents, createdAtMs), selector: 0 }];
    while (alternatives.length < shape.alternatives && !(isFull() && definitions.length === 0)) {
      const selector = 1 + Math.floor(random() * (selectors.length - 1));
      alternatives.push({ link: root(definitions, createdAtMs), selector });
    }
    return alternatives;
  }

  /** A base image: a root whose layers come with the first step on it. */
  function base(createdAtMs: number): number {
    if (bases.length > 0 && random() < Math.min(Math.max(shape.sharing, 0.8), MOST)) return pick(bases);
    const added = addRecord([], -1, -1, createdAtMs);
    let under = -1;
    for (let n = Math.min(shape.depth - 1, 1 + Math.floor(random() * 4)); n > 0; n -= 1)
      under = addLayer(under, createdAtMs);
    layerUnder[added] = under;
    bases.push(added);
    return added;
  }

  while (!isFull()) {
    let at = EPOCH_MS + Math.floor(random() * SPAN_MS);
    const forks = steps.length > 0 && random() < Math.min(shape.sharing, MOST);
    let last = forks ? pick(steps) : base(at);
    for (let left = 2 + Math.floor(random() * 10); left > 0 && !isFull(); left -= 1) {
      at += 200 + Math.floor(random() * 60_000);
      const inputs = [[{ link: last, selector: 0 }]];
      const more = shape.fanIn - 1;
      const extra = Math.floor(more) + (random() < more % 1 ? 1 : 0);
      for (let input = 0; input < extra && !isFull(); input += 1) inputs.push([...contentInput(at)]);
      if (isFull()) break;
      const under = layerUnder[last] as number;
      if (under >= 0 && (depthOf[under] as number) >= shape.depth) break;
      const hasResult = random() < shape.results;
      const top = hasResult ? addLayer(under, at) : under;
      last = addRecord(inputs, hasResult ? top : -1, top, at);
      steps.push(last);
    }
  }
  return { records, layers, blobs, selectors };
}

/** Numbers in [0, 1) from a seed: mulberry32, so that no platform differs. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Standard normal, by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
