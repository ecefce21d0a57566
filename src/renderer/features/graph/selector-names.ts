import type { GraphNode } from '../../../shared/model/graph.ts';

/** Steps whose words are tried; a build has some hundreds. */
const MOST_CANDIDATES = 8000;
/** Sources of one copy that are tried together. */
const MOST_PATHS = 4;

/**
 * The texts that a selector may be the digest of, as far as the names of steps say them, and what each is called.
 * BuildKit hashes the paths that are used of an input, each joined to "/", with a zero byte between; those of a copy
 * in descending order, those of mounts as they are: `COPY --from=core /a /b /app` gives, among others, "/a" and "/b\0/a".
 */
export function selectorCandidates(nodes: readonly Pick<GraphNode, 'name'>[]): string[] {
  const texts = new Set(['/']);
  for (const { name } of nodes) {
    if (texts.size >= MOST_CANDIDATES) break;
    let run: string[] = [];
    for (const word of (name ?? '').split(/[\s,="'[\]]+/)) {
      if (!/^[\w./@+-]+$/.test(word)) {
        run = [];
        continue;
      }
      run = [...run.slice(1 - MOST_PATHS), joined(word)];
      for (let first = 0; first < run.length; first++) {
        const paths = run.slice(first);
        texts.add(paths.join('\0'));
        texts.add(paths.toSorted().toReversed().join('\0'));
      }
    }
  }
  return [...texts];
}

/** `/`-rooted and clean, as Go's `path.Join("/", word)` writes it. */
function joined(word: string): string {
  const parts: string[] = [];
  for (const part of word.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Finds the paths behind each selector among candidates: selector digest → `/out/a, /out/b`. */
export async function nameSelectors(
  selectors: ReadonlySet<string>,
  candidates: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const encoder = new TextEncoder();
  for (const text of candidates) {
    if (names.size === selectors.size) break;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
    const digest = `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    if (selectors.has(digest)) names.set(digest, text.replaceAll('\0', ', '));
  }
  return names;
}
