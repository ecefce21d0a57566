import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { compareTimes } from '../model/compare-times.ts';
import type { LayerStack } from '../model/remote.ts';

/** A link to a record that was added before. */
export interface ItemLink {
  readonly item: number;
  readonly selector: string;
}

/** A result: its time as RFC 3339 text, and its layers. */
export interface ChainResult {
  readonly createdAt: string;
  readonly stack: LayerStack;
}

interface Item {
  readonly digest: string;
  /** Input position → `source selector` → the link. */
  inputs: Map<string, ItemLink>[];
  /** What records are found from here: `input selector digest` → items. */
  readonly children: Map<string, Set<number>>;
  result: ChainResult | undefined;
}

/**
 * Builds the graph of an export, one record after what it links to, making one of records that are found the same way.
 * Must agree with BuildKit v0.25 and later, `CacheChains.Add`: roots are one by digest; a record with inputs is one with
 * those that share a link at every input position; links that would close a loop are left out.
 */
export function createChainsBuilder() {
  const items: Item[] = [];
  const mergedInto: number[] = [];
  const roots = new Map<string, number>();

  /** The item that stands for this one now. */
  function find(item: number): number {
    let at = item;
    while (mergedInto[at] !== undefined && mergedInto[at] !== at) at = mergedInto[at] ?? at;
    mergedInto[item] = at;
    return at;
  }
  function get(item: number): Item {
    const found = items[find(item)];
    if (!found) throw new RangeError(`no item ${item}`);
    return found;
  }
  function create(digest: string): number {
    items.push({ digest, inputs: [], children: new Map(), result: undefined });
    mergedInto.push(items.length - 1);
    return items.length - 1;
  }

  /** Items with this digest that share a link with every one of the inputs. */
  function matches(digest: string, inputs: readonly (readonly ItemLink[])[]): number[] {
    let common: Set<number> | undefined;
    inputs.forEach((alternatives, input) => {
      const here = new Set<number>();
      for (const { item, selector } of alternatives) {
        for (const child of get(item).children.get(childName(input, selector, digest)) ?? []) here.add(find(child));
      }
      common = common === undefined ? here : new Set([...common].filter((item) => here.has(item)));
    });
    return [...(common ?? [])].sort((a, b) => a - b);
  }

  function link(item: number, input: number, { item: source, selector }: ItemLink): void {
    const { digest, inputs } = get(item);
    const links = inputs[input] ?? new Map<string, ItemLink>();
    links.set(`${find(source)} ${selector}`, { item: find(source), selector });
    inputs[input] = links;
    const name = childName(input, selector, digest);
    const { children } = get(source);
    children.set(name, (children.get(name) ?? new Set()).add(find(item)));
  }

  /** Moves everything of one item over to another of the same digest. */
  function merge(into: number, from: number): void {
    const [target, gone] = [get(into), get(from)];
    mergedInto[find(from)] = find(into);
    gone.inputs.forEach((links, input) => {
      for (const one of links.values()) if (!isUserOf(into, one.item)) link(into, input, one);
    });
    for (const [name, users] of gone.children) {
      const known = target.children.get(name) ?? new Set<number>();
      for (const user of users) known.add(user);
      target.children.set(name, known);
    }
    target.result = newer(target.result, gone.result);
  }

  /** True when `item` is used by `start`, over any number of links, or is `start`. */
  function isUserOf(start: number, item: number): boolean {
    const seen = new Set([find(start)]);
    for (const at of seen) {
      if (at === find(item)) return true;
      for (const users of get(at).children.values()) for (const user of users) seen.add(find(user));
    }
    return false;
  }

  function add(digest: string, inputs: readonly (readonly ItemLink[])[], result: ChainResult | undefined): number {
    if (inputs.length === 0) {
      const root = roots.get(digest) ?? create(digest);
      roots.set(digest, root);
      get(root).result = newer(get(root).result, result);
      return root;
    }
    const [first, ...others] = matches(digest, inputs);
    const item = first ?? create(digest);
    for (const other of others) merge(item, other);
    inputs.forEach((alternatives, input) => {
      for (const one of alternatives) {
        const isNew = !get(item).inputs[input]?.has(`${find(one.item)} ${one.selector}`);
        if (first === undefined || (isNew && !isUserOf(item, one.item))) link(item, input, one);
      }
    });
    get(item).result = newer(get(item).result, result);
    return find(item);
  }

  return {
    add,
    find,
    build: () =>
      buildConfig(
        items.map((item, index) => (find(index) === index ? item : undefined)),
        find,
      ),
  };
}

const childName = (input: number, selector: string, digest: string) => `${input} ${selector} ${digest}`;

/**
 * The newer of two results; of equal times the one whose layers' digests, top first, come later: a tie that upstream
 * leaves to the order of insertion.
 */
export function newer(a: ChainResult | undefined, b: ChainResult | undefined): ChainResult | undefined {
  if (!a || !b) return a ?? b;
  return (compareTimes(a.createdAt, b.createdAt) || compareStacks(a.stack, b.stack)) >= 0 ? a : b;
}

function compareStacks(a: LayerStack, b: LayerStack): number {
  let [x, y]: [LayerStack | undefined, LayerStack | undefined] = [a, b];
  while (x && y && x !== y) {
    if (x.descriptor.digest !== y.descriptor.digest) return x.descriptor.digest < y.descriptor.digest ? -1 : 1;
    [x, y] = [x.below, y.below];
  }
  return Number(x !== undefined) - Number(y !== undefined);
}

/**
 * The links of each item that can be written. A merge may have closed a loop that no single link closed: it is cut where
 * a walk from the first item meets it, and what then lacks an input is left out, since nothing could find it.
 */
function withoutLoops(items: readonly (Item | undefined)[], find: (item: number) => number) {
  const written: (ItemLink[][] | undefined)[] = items.map(() => undefined);
  const state = new Uint8Array(items.length);
  const [NEW, OPEN, DONE] = [0, 1, 2];
  const open: number[] = [];
  for (let start = 0; start < items.length; start += 1) {
    open.push(start);
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const inputs = Array.from(items[at]?.inputs ?? [], (links) => [...(links?.values() ?? [])]);
      if (state[at] === NEW && items[at]) {
        state[at] = OPEN;
        for (const links of inputs) {
          for (const { item } of links) if (state[find(item)] === NEW) open.push(find(item));
        }
        continue;
      }
      open.pop();
      if (state[at] !== OPEN) continue;
      state[at] = DONE;
      const kept = inputs.map((links) => {
        // Two alternatives may have become one by a merge.
        const unique = new Map(links.map((one) => [`${find(one.item)} ${one.selector}`, one]));
        return [...unique.values()].filter(({ item }) => written[find(item)] !== undefined);
      });
      if (kept.every((links) => links.length > 0)) written[at] = kept;
    }
  }
  return written;
}

/** The columns of the items that stand for themselves, and the descriptor of every blob they name. */
function buildConfig(items: readonly (Item | undefined)[], find: (item: number) => number) {
  const written = withoutLoops(items, find);
  const numbers = new Map<number, number>();
  written.forEach((inputs, index) => {
    if (inputs) numbers.set(index, numbers.size);
  });
  const texts = createTexts();
  const layers = createLayers(texts.of);
  const recordDigest: number[] = [];
  const [inputOffset, alternativeOffset, resultOffset] = [[0], [0], [0]];
  const [alternativeLink, alternativeSelector, resultLayer, resultCreatedAt]: number[][] = [[], [], [], []];
  for (const [index, item] of items.entries()) {
    const inputs = written[index];
    if (!item || !inputs) continue;
    recordDigest.push(texts.of(item.digest));
    for (const links of inputs) {
      for (const { item: source, selector } of links) {
        alternativeLink?.push(numbers.get(find(source)) ?? 0);
        alternativeSelector?.push(texts.of(selector));
      }
      alternativeOffset.push(alternativeLink?.length ?? 0);
    }
    inputOffset.push(alternativeOffset.length - 1);
    if (item.result) {
      resultLayer?.push(layers.of(item.result.stack));
      resultCreatedAt?.push(texts.of(item.result.createdAt));
    }
    resultOffset.push(resultLayer?.length ?? 0);
  }
  const config: CacheConfig = {
    texts: texts.list,
    layerBlob: Uint32Array.from(layers.blob),
    layerParent: Int32Array.from(layers.parent),
    layerAnnotations: new Map(),
    recordDigest: Uint32Array.from(recordDigest),
    inputOffset: Uint32Array.from(inputOffset),
    alternativeOffset: Uint32Array.from(alternativeOffset),
    alternativeLink: Uint32Array.from(alternativeLink ?? []),
    alternativeSelector: Uint32Array.from(alternativeSelector ?? []),
    resultOffset: Uint32Array.from(resultOffset),
    resultLayer: Uint32Array.from(resultLayer ?? []),
    resultCreatedAt: Uint32Array.from(resultCreatedAt ?? []),
    chains: [],
  };
  return { config, descriptors: layers.descriptors as ReadonlyMap<string, Descriptor> };
}

function createTexts() {
  const list = [''];
  const index = new Map([['', 0]]);
  const of = (text: string): number => {
    const known = index.get(text) ?? list.push(text) - 1;
    index.set(text, known);
    return known;
  };
  return { list, of };
}

/** Distinct (blob, layer below) pairs. A stack that two results share is looked at once. */
function createLayers(textOf: (text: string) => number) {
  const blob: number[] = [];
  const parent: number[] = [];
  const descriptors = new Map<string, Descriptor>();
  const known = new Map<LayerStack, number>();
  const byPair = new Map<string, number>();
  const of = (top: LayerStack): number => {
    const open: LayerStack[] = [];
    let at: LayerStack | undefined = top;
    for (; at && !known.has(at); at = at.below) open.push(at);
    let below = at ? (known.get(at) ?? -1) : -1;
    for (let next = open.pop(); next; next = open.pop()) {
      const { digest } = next.descriptor;
      const pair = `${below} ${digest}`;
      const layer = byPair.get(pair) ?? blob.push(textOf(digest)) - 1;
      parent[layer] = below;
      byPair.set(pair, layer);
      known.set(next, layer);
      if (!descriptors.has(digest)) descriptors.set(digest, next.descriptor);
      below = layer;
    }
    return below;
  };
  return { blob, parent, descriptors, of };
}
