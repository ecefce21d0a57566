import type { LinkColumns } from '../model/key-graph.ts';
import type { SourceCache } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';

/** Links of a source, and what follows for each record from those that lead to it. */
export interface LinkTable {
  readonly links: LinkColumns;
  /** Cache → number of its links. */
  readonly perCache: readonly number[];
  /** Record → input positions. */
  readonly inputs: Uint32Array;
  /** Record → distinct records that link to it. */
  readonly users: Uint32Array;
  /** Record → 1 where a link to it carries a selector. */
  readonly selected: Uint8Array;
}

/**
 * Joins the links of all caches, record numbers running over all of them.
 * @param cacheStart cache → its first record, and the end
 */
export function* collectLinks(caches: readonly SourceCache[], cacheStart: Uint32Array): Steps<LinkTable> {
  const records = cacheStart.at(-1) as number;
  const perCache = caches.map((cache) => cache.parsed.alternativeLink.length);
  const total = perCache.reduce((sum, count) => sum + count, 0);
  const record = new Uint32Array(total);
  const input = new Uint32Array(total);
  const source = new Uint32Array(total);
  const selector = new Uint32Array(total);
  const selectors = [''];
  const numbers = new Map([['', 0]]);
  const inputs = new Uint32Array(records);
  const users = new Uint32Array(records);
  const lastUser = new Int32Array(records).fill(-1);
  const selected = new Uint8Array(records);
  let at = 0;
  for (const [cache, { parsed }] of caches.entries()) {
    const first = cacheStart[cache] as number;
    const known = new Int32Array(parsed.texts.length).fill(-1);
    const selectorOf = (text: number): number => {
      if ((known[text] as number) >= 0) return known[text] as number;
      const name = parsed.texts[text] as string;
      const number = numbers.get(name) ?? selectors.length;
      if (number === selectors.length) {
        numbers.set(name, number);
        selectors.push(name);
      }
      known[text] = number;
      return number;
    };
    yield* eachRow('Sorting links', parsed.recordDigest.length, (index) => {
      const own = first + index;
      const from = parsed.inputOffset[index] as number;
      const to = parsed.inputOffset[index + 1] as number;
      inputs[own] = to - from;
      for (let position = from; position < to; position += 1) {
        const end = parsed.alternativeOffset[position + 1] as number;
        for (let link = parsed.alternativeOffset[position] as number; link < end; link += 1) {
          const target = first + (parsed.alternativeLink[link] as number);
          const chosen = selectorOf(parsed.alternativeSelector[link] as number);
          record[at] = own;
          input[at] = position - from;
          source[at] = target;
          selector[at] = chosen;
          at += 1;
          if (chosen !== 0) selected[target] = 1;
          if (lastUser[target] === own) continue;
          lastUser[target] = own;
          users[target] = (users[target] as number) + 1;
        }
      }
    });
  }
  return { links: { record, input, source, selector, selectors }, perCache, inputs, users, selected };
}
