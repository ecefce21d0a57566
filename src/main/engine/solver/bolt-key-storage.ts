import type { BoltBucket } from '../bolt/bucket.ts';
import type { BoltDatabase } from '../bolt/open.ts';
import {
  type CacheInfoLink,
  type CacheKeyStorage,
  type CacheLink,
  type CacheResult,
  inBatches,
  type KeyLink,
  readOnlyCache,
  resultNotFound,
} from '../ports/cache-key-storage.ts';
import { outputKey } from './cache-key.ts';

const text = new TextDecoder();

/**
 * The key graph of a BuildKit daemon, out of its `cache.db`, read-only. Must agree with BuildKit
 * `solver/bboltcachestorage`:
 *
 *   _result/<id>/<result id>                  {"CreatedAt":…,"ID":…}
 *   _links/<id>/<link as JSON>@<target id>    empty; the bucket is there for every key that exists
 *   _byresult/<result id>/<id>                empty
 *   _backlinks/<target id>/<source id>        empty; the link itself stands under the source
 *
 * Entries that cannot be understood are left out, as are damaged pages; `db.damage` names those.
 */
export function createBoltCacheKeyStorage(db: BoltDatabase): CacheKeyStorage {
  const bucket = (name: string, id: string) => db.root.bucket(name)?.bucket(id);
  const refuse = async (): Promise<never> => {
    throw readOnlyCache();
  };

  function linksFrom(id: string): Omit<KeyLink, 'id'>[] {
    const links: Omit<KeyLink, 'id'>[] = [];
    for (const key of keysOf(bucket('_links', id))) {
      const link = parseLink(key);
      if (link) links.push(link);
    }
    return links;
  }

  function resultsOf(id: string): CacheResult[] {
    const results: CacheResult[] = [];
    for (const entry of bucket('_result', id)?.entries() ?? []) {
      const result = entry.value && parseResult(entry.value);
      if (result) results.push(result);
    }
    return results;
  }

  function linksTo(id: string): CacheLink[] {
    const links: CacheLink[] = [];
    for (const source of keysOf(bucket('_backlinks', id))) {
      for (const { link, target } of linksFrom(source)) {
        const { input, output, digest, selector } = link;
        if (target === id) links.push({ source, input, output: 0, base: outputKey(digest, output), selector });
      }
    }
    return links;
  }

  function targetsOf({ id, link: wanted }: Omit<KeyLink, 'target'>): string[] {
    const record = outputKey(wanted.digest, wanted.output);
    return linksFrom(id).flatMap(({ link, target }) => (isSameLink(link, wanted, record) ? [target] : []));
  }

  return {
    writable: false,
    exists: async (ids) => ids.map((id) => bucket('_links', id) !== undefined),
    walk: () => inBatches(bucketsOf(db.root.bucket('_links'))),
    walkResults: async (ids) => ids.map(resultsOf),
    async load(id, resultID) {
      const value = bucket('_result', id)?.get(resultID);
      const result = value && parseResult(value);
      if (!result) throw resultNotFound(resultID);
      return result;
    },
    addResult: refuse,
    release: refuse,
    walkIDsByResult: async (resultIDs) => resultIDs.map((resultID) => [...keysOf(bucket('_byresult', resultID))]),
    addLink: refuse,
    walkLinks: async (asked) => asked.map(targetsOf),
    hasLink: async (asked) => asked.map((link) => targetsOf(link).includes(link.target)),
    walkLinksAll: async (ids) => ids.map(linksFrom),
    walkBacklinks: async (ids) => ids.map(linksTo),
  };
}

function* keysOf(bucket: BoltBucket | undefined): Iterable<string> {
  for (const entry of bucket?.entries() ?? []) if (!entry.bucket) yield text.decode(entry.key);
}

function* bucketsOf(bucket: BoltBucket | undefined): Iterable<string> {
  for (const entry of bucket?.entries() ?? []) if (entry.bucket) yield text.decode(entry.key);
}

function isSameLink(link: CacheInfoLink, wanted: CacheInfoLink, record: string): boolean {
  return (
    link.input === wanted.input && link.selector === wanted.selector && outputKey(link.digest, link.output) === record
  );
}

/** `{"Input":1,"Output":2,"Digest":…,"Selector":…}@target`; what Go leaves out is zero or "". */
function parseLink(key: string): { readonly link: CacheInfoLink; readonly target: string } | undefined {
  const at = key.lastIndexOf('@');
  const fields = parseObject(key.slice(0, Math.max(0, at)));
  if (!fields) return undefined;
  const { Input: input = 0, Output: output = 0, Digest: digest = '', Selector: selector = '' } = fields;
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  if (typeof digest !== 'string' || typeof selector !== 'string') return undefined;
  return { link: { input, output, digest, selector }, target: key.slice(at + 1) };
}

function parseResult(value: Uint8Array): CacheResult | undefined {
  const fields = parseObject(text.decode(value));
  if (typeof fields?.ID !== 'string' || typeof fields.CreatedAt !== 'string') return undefined;
  return { id: fields.ID, createdAt: fields.CreatedAt };
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
