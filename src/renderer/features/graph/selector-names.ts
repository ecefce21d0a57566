import type { GraphNode } from '../../../shared/model/graph.ts';

/** Steps whose words are tried; a build has some hundreds. */
const MOST_CANDIDATES = 4000;

/**
 * The paths that a selector may stand for, as far as the names of steps say them. BuildKit's selector is a digest of
 * the paths that are used of an input, each joined to "/": `COPY --from=core /out /app` gives "/out", "/app" and "/".
 */
export function selectorCandidates(nodes: readonly Pick<GraphNode, 'name'>[]): string[] {
  const paths = new Set(['/']);
  for (const { name } of nodes) {
    if (paths.size >= MOST_CANDIDATES) break;
    for (const word of (name ?? '').split(/[\s,="'[\]]+/)) {
      if (!/^[\w./@+-]+$/.test(word) || !/[/.]|^\w+$/.test(word)) continue;
      paths.add(joined(word));
    }
  }
  return [...paths];
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

/** Finds the path behind each selector among candidates: selector digest → path. */
export async function nameSelectors(
  selectors: ReadonlySet<string>,
  candidates: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const encoder = new TextEncoder();
  for (const path of candidates) {
    if (names.size === selectors.size) break;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(path)));
    const digest = `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    if (selectors.has(digest)) names.set(digest, path);
  }
  return names;
}
