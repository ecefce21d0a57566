import type { InputSlot, KeyGraph, UserLink } from './key-graph.ts';
import type { ItemLink } from './scene.ts';

/** Which way a chain is followed: towards the inputs or towards the users. */
export type Direction = 'input' | 'user';

/** True for a record that has exactly one input with one alternative and exactly one user: a link of a chain. */
export function isPlain(graph: KeyGraph, node: number): boolean {
  const record = graph.nodes[node];
  if (record === undefined || record.hiddenInputs > 0 || record.hiddenUsers > 0) return false;
  const slots = graph.inputs[node] ?? [];
  return slots.length === 1 && slots[0]?.alternatives.length === 1 && graph.users[node]?.length === 1;
}

/** The records from `start` on, away from the focus, as long as they are plain. */
export function runFrom(graph: KeyGraph, start: number, direction: Direction): number[] {
  const run: number[] = [];
  const seen = new Set<number>();
  for (let node: number | undefined = start; node !== undefined && isPlain(graph, node) && !seen.has(node); ) {
    seen.add(node);
    run.push(node);
    node = nextOf(graph, node, direction)?.node;
  }
  return run;
}

/** The one record after a plain one, with the link between the two. */
export function nextOf(
  graph: KeyGraph,
  node: number,
  direction: Direction,
): (ItemLink & { readonly node: number }) | undefined {
  if (direction === 'user') return graph.users[node]?.[0];
  const slot = graph.inputs[node]?.[0];
  const alternative = slot?.alternatives[0];
  return slot && alternative && { node: alternative.node, input: slot.input, selector: alternative.selector, rank: 0 };
}

/** The records that use one, each once, with the first link of each. */
export function distinctUsers(users: readonly UserLink[]): UserLink[] {
  const seen = new Set<number>();
  return users.filter((user) => !seen.has(user.node) && seen.add(user.node));
}

/** The records that one can be made from, each once. */
export function distinctInputs(slots: readonly InputSlot[]): number[] {
  return [...new Set(slots.flatMap((slot) => slot.alternatives.map((a) => a.node)))];
}
