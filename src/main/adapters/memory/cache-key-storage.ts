import {
  type CacheInfoLink,
  type CacheKeyStorage,
  type CacheLink,
  type CacheResult,
  inBatches,
  type KeyLink,
  resultNotFound,
} from '../../engine/ports/cache-key-storage.ts';
import { outputKey } from '../../engine/solver/cache-key.ts';

interface Key {
  readonly results: Map<string, CacheResult>;
  /** Link identity → the link as it was given, and where it leads. */
  readonly links: Map<string, { readonly link: CacheInfoLink; readonly targets: Set<string> }>;
  readonly backlinks: Set<string>;
}

/** Creates a key graph in this process. Must agree with BuildKit `solver/memorycachestorage.go`. */
export function createMemoryCacheKeyStorage(): CacheKeyStorage {
  const byId = new Map<string, Key>();
  const byResult = new Map<string, Set<string>>();
  const at = (id: string): Key => {
    const known = byId.get(id) ?? { results: new Map(), links: new Map(), backlinks: new Set() };
    byId.set(id, known);
    return known;
  };
  const hasAny = (key: Key | undefined) => key !== undefined && (key.results.size > 0 || key.links.size > 0);

  /** Takes keys that lead nowhere out of the graph, and then those that led only to them. */
  function dropEmpty(start: string): void {
    const open = [start];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const key = byId.get(id);
      if (!key || hasAny(key)) continue;
      byId.delete(id);
      for (const source of key.backlinks) {
        const links = byId.get(source)?.links ?? new Map<string, never>();
        for (const [name, { targets }] of links) {
          targets.delete(id);
          if (targets.size === 0) links.delete(name);
        }
        open.push(source);
      }
    }
  }

  const exists = (id: string) => hasAny(byId.get(id));
  const targetsOf = (id: string, link: CacheInfoLink) => byId.get(id)?.links.get(linkName(link))?.targets;

  function releaseOne(resultID: string): void {
    const ids = byResult.get(resultID) ?? [];
    byResult.delete(resultID);
    for (const id of ids) {
      byId.get(id)?.results.delete(resultID);
      dropEmpty(id);
    }
  }

  function addOneLink({ id, link, target }: KeyLink): void {
    const { links } = at(id);
    const name = linkName(link);
    const known = links.get(name) ?? { link, targets: new Set<string>() };
    known.targets.add(target);
    links.set(name, known);
    at(target).backlinks.add(id);
  }

  function linksFrom(id: string): Omit<KeyLink, 'id'>[] {
    const links = [...(byId.get(id)?.links.values() ?? [])];
    return links.flatMap(({ link, targets }) => Array.from(targets, (target) => ({ link, target })));
  }

  function linksTo(id: string): CacheLink[] {
    return [...(byId.get(id)?.backlinks ?? [])].flatMap((source) =>
      [...(byId.get(source)?.links.values() ?? [])]
        .filter(({ targets }) => targets.has(id))
        .map(({ link }) => backlink(source, link)),
    );
  }

  return {
    writable: true,
    exists: async (ids) => ids.map(exists),
    walk: () => inBatches([...byId.keys()].filter(exists)),
    walkResults: async (ids) => ids.map((id) => [...(byId.get(id)?.results.values() ?? [])]),
    async load(id, resultID) {
      const result = byId.get(id)?.results.get(resultID);
      if (!result) throw resultNotFound(resultID);
      return result;
    },
    async addResult(added) {
      for (const { id, result } of added) {
        at(id).results.set(result.id, result);
        byResult.set(result.id, (byResult.get(result.id) ?? new Set()).add(id));
      }
    },
    release: async (resultIDs) => resultIDs.forEach(releaseOne),
    walkIDsByResult: async (resultIDs) => resultIDs.map((resultID) => [...(byResult.get(resultID) ?? [])]),
    addLink: async (added) => added.forEach(addOneLink),
    walkLinks: async (asked) => asked.map(({ id, link }) => [...(targetsOf(id, link) ?? [])]),
    hasLink: async (asked) => asked.map(({ id, link, target }) => targetsOf(id, link)?.has(target) === true),
    walkLinksAll: async (ids) => ids.map(linksFrom),
    walkBacklinks: async (ids) => ids.map(linksTo),
  };
}

/** What makes two links the same. */
function linkName({ input, output, digest, selector }: CacheInfoLink): string {
  return `${input}\0${outputKey(digest, output)}\0${selector}`;
}

function backlink(source: string, { input, output, digest, selector }: CacheInfoLink): CacheLink {
  return { source, input, output: 0, base: outputKey(digest, output), selector };
}
