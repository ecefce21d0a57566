import type { Result } from '../../model/remote.ts';
import type { CacheKey, CacheKeyWithSelector } from '../cache-key.ts';
import type { CachedResult, CacheManager, Edge, ExportableCacheKey, Op, Vertex } from '../types.ts';

const NOW = '2024-01-02T03:04:05.000000006Z';

/** Makes a step of a build whose operation gives one result, named after it. `ran` hears of each run. */
export function step(name: string, inputs: readonly Vertex[], ran: string[]): Vertex {
  const op: Op = {
    cacheMap: async () => ({ cacheMap: { digest: name, deps: inputs.map(() => ({})) }, done: true }),
    async exec() {
      ran.push(name);
      return [{ id: () => `result of ${name}`, release: async () => undefined, sys: () => name }];
    },
  };
  return {
    name: () => name,
    digest: () => [name, ...inputs.map((input) => input.digest())].join('<'),
    sys: () => op,
    options: () => ({ ignoreCache: false, cacheSources: [], description: new Map() }),
    inputs: () => inputs.map((vertex) => ({ index: 0, vertex })),
  };
}

/**
 * Solves one output of a build the simplest way there is: inputs first, then what the cache has for all of them together,
 * else the operation is run and its result saved.
 */
export async function solve({ vertex, index }: Edge, cache: CacheManager): Promise<CachedResult> {
  const op = vertex.sys() as Op;
  const { digest } = (await op.cacheMap(0)).cacheMap;
  const inputs: CachedResult[] = [];
  for (const input of vertex.inputs()) inputs.push(await solve(input, cache));
  const deps = inputs.map((input) => input.cacheKeys().map(({ cacheKey }) => ({ selector: '', cacheKey })));

  const key = await keyOf(cache, deps, digest, index);
  const [record] = key ? await cache.records(key) : [];
  if (key && record) return cached(await cache.load(record), { cacheKey: key, exporter: { exportTo: async () => [] } });
  const result = (await op.exec(inputs))[index];
  if (!result) throw new Error(`${vertex.name()} has no output ${index}`);
  return cached(result, await cache.save({ digest, output: index, deps }, result, NOW));
}

/** The key that every input leads to. */
async function keyOf(
  cache: CacheManager,
  deps: readonly (readonly CacheKeyWithSelector[])[],
  digest: string,
  index: number,
): Promise<CacheKey | undefined> {
  if (deps.length === 0) return (await cache.query([], 0, digest, index))[0];
  const answers: CacheKey[][] = [];
  for (const [input, keys] of deps.entries()) answers.push(await cache.query(keys, input, digest, index));
  return answers[0]?.find(({ id }) => answers.every((keys) => keys.some((key) => key.id === id)));
}

function cached(result: Result, key: ExportableCacheKey): CachedResult {
  return { id: () => result.id(), release: () => result.release(), sys: () => result.sys(), cacheKeys: () => [key] };
}
