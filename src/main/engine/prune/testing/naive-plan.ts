import type { PrunePolicy } from '../../../../shared/model/plan.ts';
import { parseInstant } from '../../model/instant.ts';
import type { SourceSnapshot } from '../../ports/cache-source.ts';

/** What of a plan the straightforward way finds: ids in the order of leaving, and the bytes that stay. */
export interface NaivePlan {
  readonly leaving: readonly string[];
  readonly keptBytes: number;
  readonly freedBlobs: readonly string[];
}

interface Result {
  readonly id: string;
  readonly chain: string;
  readonly ms: number;
  readonly ns: number;
}

/** The rule in its plainest words, with texts for chains and a search for each step. For small sources only. */
export function naivePlan(snapshot: SourceSnapshot, policy: PrunePolicy, nowMs: number): NaivePlan {
  const sizes = new Map<string, number>(snapshot.blobs.map(({ digest, size }) => [digest, size]));
  const { chains, results } = readChains(snapshot);
  const named = blobsOf(chains);
  const described = new Set<string>(snapshot.caches.flatMap((cache) => cache.descriptors.map(({ digest }) => digest)));
  const documents = new Set<string>(snapshot.documents);
  const single = [...sizes.keys()].filter((digest) => !named.has(digest) && !documents.has(digest)).sort();
  const orphans = single.filter((digest) => !described.has(digest));
  const unnamed = single.filter((digest) => described.has(digest));
  const present = () => [...blobsOf(chains), ...orphans, ...unnamed];
  const before = present();
  const keep = policy.all || policy.maxBytes === undefined ? -1 : policy.maxBytes;
  const left = new Map<string, number>();
  for (const { id } of results) left.set(id, (left.get(id) ?? 0) + 1);
  const onTop = (chain: string) => results.filter((result) => result.chain === chain);
  const newest = (chain: string) => onTop(chain).sort((a, b) => b.ms - a.ms || b.ns - a.ns)[0];
  const isYoung = (chain: string) =>
    policy.keepDurationMs !== undefined &&
    (newest(chain)?.ms ?? Number.NEGATIVE_INFINITY) > nowMs - policy.keepDurationMs;
  const isLeaf = (chain: string) => ![...chains].some((other) => parentOf(other) === chain);
  const bytes = () => present().reduce((sum, blob) => sum + (sizes.get(blob) ?? 0), 0);

  const leaving: string[] = [];
  while (bytes() > keep && orphans.length > 0) orphans.shift();
  while (bytes() > keep) {
    const candidates = [...chains, ...unnamed].filter((chain) => isLeaf(chain) && !isYoung(chain));
    const rank = (chain: string) => {
      const top = newest(chain);
      const ids = onTop(chain).map(({ id }) => id);
      const id = unnamed.includes(chain) ? chain : (ids.sort()[0] ?? '');
      return { ms: top?.ms ?? Number.NEGATIVE_INFINITY, ns: top?.ns ?? 0, id };
    };
    const order = (a: string, b: string) => {
      const [x, y] = [rank(a), rank(b)];
      return (x.ms < y.ms ? -1 : x.ms > y.ms ? 1 : 0) || x.ns - y.ns || (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);
    };
    const next = candidates.sort(order)[0];
    if (next === undefined) break;
    if (unnamed.includes(next)) {
      unnamed.splice(unnamed.indexOf(next), 1);
      continue;
    }
    for (const { id } of onTop(next).sort((a, b) => (a.id < b.id ? -1 : 1))) {
      left.set(id, (left.get(id) ?? 0) - 1);
      if (left.get(id) === 0) leaving.push(id);
    }
    chains.delete(next);
    for (let below = parentOf(next); below !== undefined; below = parentOf(below)) {
      if (!isLeaf(below) || onTop(below).length > 0) break;
      chains.delete(below);
    }
  }
  const after = new Set(present());
  return {
    leaving,
    keptBytes: bytes(),
    freedBlobs: before.filter((blob) => !after.has(blob) && sizes.has(blob)).sort(),
  };
}

function readChains({ caches }: SourceSnapshot): { chains: Set<string>; results: Result[] } {
  const chains = new Set<string>();
  const results: Result[] = [];
  const digests = caches.flatMap(({ parsed }) => Array.from(parsed.recordDigest, (text) => parsed.texts[text] ?? ''));
  const seen = new Map<string, number>();
  const idOf = (digest: string) => {
    const n = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, n);
    return digests.filter((other) => other === digest).length === 1 ? digest : `${digest}~${n}`;
  };
  for (const { parsed, descriptors } of caches) {
    const described = new Set(descriptors.map(({ digest }) => digest));
    const blob = (layer: number) => parsed.texts[parsed.layerBlob[layer] ?? 0] ?? '';
    const chainOf = (layer: number): string[] => {
      const parent = parsed.layerParent[layer] ?? -1;
      return [...(parent < 0 ? [] : chainOf(parent)), blob(layer)];
    };
    const add = (chain: readonly string[]) => {
      for (const end of chain.keys()) chains.add(chain.slice(0, end + 1).join(' '));
    };
    parsed.layerBlob.forEach((_, layer) => {
      add(chainOf(layer));
    });
    parsed.recordDigest.forEach((text, record) => {
      const id = idOf(parsed.texts[text] ?? '');
      const own: { chain: string[]; createdAt: string }[] = [];
      for (let r = parsed.resultOffset[record] ?? 0; r < (parsed.resultOffset[record + 1] ?? 0); r += 1) {
        const createdAt = parsed.texts[parsed.resultCreatedAt[r] ?? 0] ?? '';
        own.push({ chain: chainOf(parsed.resultLayer[r] ?? 0), createdAt });
      }
      for (const { record: owner, layers, createdAt } of parsed.chains) {
        if (owner === record) own.push({ chain: layers.map(blob), createdAt });
      }
      for (const { chain, createdAt } of own) {
        if (chain.some((each) => !described.has(each))) continue;
        add(chain);
        const instant = parseInstant(createdAt);
        results.push({
          id,
          chain: chain.join(' '),
          ms: instant?.ms ?? Number.NEGATIVE_INFINITY,
          ns: instant?.ns ?? 0,
        });
      }
    });
  }
  return { chains, results };
}

function parentOf(chain: string): string | undefined {
  const end = chain.lastIndexOf(' ');
  return end < 0 ? undefined : chain.slice(0, end);
}

function blobsOf(chains: Iterable<string>): Set<string> {
  return new Set([...chains].map((chain) => chain.slice(chain.lastIndexOf(' ') + 1)));
}
