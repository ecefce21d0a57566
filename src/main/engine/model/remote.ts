import type { Descriptor } from '../../../shared/oci/descriptor.ts';

/** What a build step gave. */
export interface Result {
  id(): string;
  release(): Promise<void>;
  sys(): unknown;
}

/** A stack of layers, bottom to top, and where their bytes come from. */
export interface Remote {
  readonly descriptors: readonly Descriptor[];
  /** The same as a shared stack, where the maker has one. */
  readonly stack?: LayerStack;
  readonly provider: RemoteProvider;
}

/** Knows whether the blobs of a remote are there; reading them belongs to who transfers them. */
export interface RemoteProvider {
  has(digest: string): boolean;
}

/**
 * A layer on everything below it, shared between results: the chains of a build of 5,000 steps are 5,000 stacks, not
 * twelve million list entries.
 */
export interface LayerStack {
  readonly descriptor: Descriptor;
  readonly below: LayerStack | undefined;
  /** Bytes of the whole stack. */
  readonly sizeBytes: number;
}

/** Puts a layer on a stack. */
export function stackOn(below: LayerStack | undefined, descriptor: Descriptor): LayerStack {
  return { descriptor, below, sizeBytes: descriptor.size + (below?.sizeBytes ?? 0) };
}

/** A stack of descriptors listed bottom to top; `undefined` for none. */
export function stackOf(descriptors: readonly Descriptor[]): LayerStack | undefined {
  return descriptors.reduce<LayerStack | undefined>(stackOn, undefined);
}

/** The remote of a stack; its list of descriptors is made when somebody asks for it. */
export function createRemote(stack: LayerStack, provider: RemoteProvider): Remote {
  return {
    stack,
    provider,
    get descriptors() {
      const list: Descriptor[] = [];
      for (let at: LayerStack | undefined = stack; at; at = at.below) list.push(at.descriptor);
      return list.reverse();
    },
  };
}

/** Asks of stacks whether every blob is there; each layer is asked for once, however many stacks stand on it. */
export function createPresence(provider: RemoteProvider): (stack: LayerStack) => boolean {
  const known = new WeakMap<LayerStack, boolean>();
  return (top) => {
    const open: LayerStack[] = [];
    let at: LayerStack | undefined = top;
    for (; at && !known.has(at); at = at.below) open.push(at);
    let whole = at ? (known.get(at) ?? false) : true;
    for (let next = open.pop(); next; next = open.pop()) {
      whole &&= provider.has(next.descriptor.digest);
      known.set(next, whole);
    }
    return whole;
  };
}
