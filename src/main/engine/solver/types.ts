/**
 * The vocabulary of BuildKit's solver cache, from `solver/types.go`, in TypeScript form: camelCase methods, promises for
 * what blocks, an `AbortSignal` where Go has a context. The names are upstream's, so that who knows one knows the other.
 */

import type { Remote, Result } from '../model/remote.ts';
import type { CacheKey, CacheKeyWithSelector, Index } from './cache-key.ts';

/** A node of a build graph: one operation with its inputs. */
export interface Vertex {
  /** Checksum of the definition up to here, all inputs included. */
  digest(): string;
  /** What runs it; an `Op` for an operation of the low-level builder. */
  sys(): unknown;
  options(): VertexOptions;
  inputs(): readonly Edge[];
  name(): string;
}

/** One output of a vertex, as an input of another. */
export interface Edge {
  readonly index: Index;
  readonly vertex: Vertex;
}

/** Options of a vertex that are not part of its definition. */
export interface VertexOptions {
  readonly ignoreCache: boolean;
  readonly cacheSources: readonly CacheManager[];
  readonly description: ReadonlyMap<string, string>;
  readonly exportCache?: boolean;
}

/** A result together with the keys it is found by. */
export interface CachedResult extends Result {
  cacheKeys(): readonly ExportableCacheKey[];
}

/**
 * What an export takes along. `min`: the topmost result and, of what it needs, the layers that can be transferred already.
 * `max`: every result that is not a root's. `remoteOnly`: only results that can be transferred already.
 */
export type CacheExportMode = 'min' | 'max' | 'remoteOnly';

/** Options of an export. */
export interface CacheExportOpt {
  /** Turns a result into something that can be transferred; `undefined` when it cannot. */
  readonly convert?: (result: Result, signal?: AbortSignal) => Promise<Remote | undefined>;
  readonly mode: CacheExportMode;
  /** Results of records without inputs go too. */
  readonly exportRoots?: boolean;
  readonly signal?: AbortSignal;
}

/** Exports what a build chain made into a target. */
export interface CacheExporter {
  exportTo(target: CacheExporterTarget, options: CacheExportOpt): Promise<readonly CacheExporterRecord[]>;
}

/** Receives an export: records first, then what they link to. */
export interface CacheExporterTarget {
  /** A new record with this digest; the same digest may be added more than once. */
  add(digest: string): CacheExporterRecord;
  /** Marks something as being exported, so that no walk meets it twice. */
  visit(target: unknown): void;
  visited(target: unknown): boolean;
}

/** One record that is being exported. */
export interface CacheExporterRecord {
  /** `createdAt`: RFC 3339 text, nanoseconds kept. */
  addResult(createdAt: string, result: Remote): void;
  /** This record is found from `src`, at input `index`, with `selector` or "". */
  linkFrom(src: CacheExporterRecord, index: Index, selector: string): void;
}

/** How an operation is cached and run. */
export interface Op {
  /** The `index`-th cache map; `done` when there is no further one. */
  cacheMap(index: number, signal?: AbortSignal): Promise<{ readonly cacheMap: CacheMap; readonly done: boolean }>;
  exec(inputs: readonly Result[], signal?: AbortSignal): Promise<readonly Result[]>;
}

/** Computes a digest from what an input holds. */
export type ResultBasedCacheFunc = (result: Result, signal?: AbortSignal) => Promise<string>;

/** How an operation's key is made: its own digest, and for each input a selector and a digest of contents. */
export interface CacheMap {
  readonly digest: string;
  readonly deps: readonly {
    readonly selector?: string;
    readonly computeDigestFunc?: ResultBasedCacheFunc;
  }[];
}

/** A key with what exports the chain of records that leads to it. */
export interface ExportableCacheKey {
  readonly cacheKey: CacheKey;
  readonly exporter: CacheExporter;
}

/** A result that can be loaded. `createdAt` is RFC 3339 text; lower `priority` wins between equal times. */
export interface CacheRecord {
  readonly id: string;
  /** Bytes; -1 where it is not known. */
  readonly size: number;
  readonly createdAt: string;
  readonly priority: number;
  readonly cacheManager: CacheManager;
  readonly key: CacheKey;
}

/**
 * Decides whether there is a result for the keys that a build makes.
 * There can be several, and a combined one over them.
 */
export interface CacheManager {
  /** Same id, same source: asked once. */
  id(): string;
  /**
   * The keys that `inputs`, at position `inputIndex`, lead to for an operation. Without inputs: the root, if it is known.
   * A record is a candidate when the answers of all its input positions have its key.
   */
  query(
    inputs: readonly CacheKeyWithSelector[],
    inputIndex: Index,
    digest: string,
    outputIndex: Index,
  ): Promise<CacheKey[]>;
  /** Results that can be loaded, newest first. */
  records(key: CacheKey): Promise<CacheRecord[]>;
  /** @throws `ErrNotFound` when the result is gone */
  load(record: CacheRecord, signal?: AbortSignal): Promise<Result>;
  /** Keeps a result under a key, with all links that lead to it. @throws `INVALID_INPUT` on a read-only cache */
  save(key: CacheKey, result: Result, createdAt: string): Promise<ExportableCacheKey>;
}
