import {
  type CacheInfoLink,
  type CacheKeyStorage,
  type CacheResult,
  resultNotFound,
} from '../../engine/ports/cache-key-storage.ts';
import { outputKey } from '../../engine/solver/cache-key.ts';

interface Key {
  readonly results: Map<string, CacheResult>;
  /** Link identity → the link as it was given, and where it leads. */
  readonly links: Map<string, { readonly link: CacheInfoLink; readonly targets: Set<string> }>;
  readonly backlinks: Set<string>;
}

/** A key graph in this process. Must agree with BuildKit `solver/memorycachestorage.go`. */
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

  return {
    writable: true,
    exists: (id) => hasAny(byId.get(id)),
    *walk() {
      for (const [id, key] of [...byId]) if (hasAny(key)) yield id;
    },
    walkResults: (id) => [...(byId.get(id)?.results.values() ?? [])],
    load(id, resultID) {
      const result = byId.get(id)?.results.get(resultID);
      if (!result) throw resultNotFound(resultID);
      return result;
    },
    addResult(id, result) {
      at(id).results.set(result.id, result);
      byResult.set(result.id, (byResult.get(result.id) ?? new Set()).add(id));
    },
    release(resultID) {
      const ids = byResult.get(resultID) ?? [];
      byResult.delete(resultID);
      for (const id of ids) {
        byId.get(id)?.results.delete(resultID);
        dropEmpty(id);
      }
    },
    walkIDsByResult: (resultID) => [...(byResult.get(resultID) ?? [])],
    addLink(id, link, target) {
      const { links } = at(id);
      const name = linkName(link);
      const known = links.get(name) ?? { link, targets: new Set<string>() };
      known.targets.add(target);
      links.set(name, known);
      at(target).backlinks.add(id);
    },
    walkLinks: (id, link) => [...(byId.get(id)?.links.get(linkName(link))?.targets ?? [])],
    hasLink: (id, link, target) => byId.get(id)?.links.get(linkName(link))?.targets.has(target) === true,
    *walkLinksAll(id) {
      for (const { link, targets } of [...(byId.get(id)?.links.values() ?? [])]) {
        for (const target of targets) yield { link, target };
      }
    },
    *walkBacklinks(id) {
      for (const source of [...(byId.get(id)?.backlinks ?? [])]) {
        for (const { link, targets } of byId.get(source)?.links.values() ?? []) {
          if (targets.has(id)) yield { source, link: resolved(link) };
        }
      }
    },
  };
}

/** What makes two links the same. */
function linkName({ input, output, digest, selector }: CacheInfoLink): string {
  return `${input}\0${outputKey(digest, output)}\0${selector}`;
}

/** A link with its record digest in the digest's place, as backlinks give it. */
function resolved({ input, output, digest, selector }: CacheInfoLink): CacheInfoLink {
  return { input, output: 0, digest: outputKey(digest, output), selector };
}
