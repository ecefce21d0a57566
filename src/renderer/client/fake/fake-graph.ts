import type { Graph, GraphEdge, GraphNode } from '../../../shared/model/graph.ts';
import type { RecordRef } from '../../../shared/model/record.ts';
import { type FakeCatalog, refOf } from './catalog.ts';
import type { FakeRecord } from './records.ts';

const inputsOf = (record: FakeRecord): readonly FakeRecord[] => record.inputs.flat().map((input) => input.record);

/** The records around one, as `graph.neighbourhood` answers. */
export function fakeNeighbourhood(
  catalog: FakeCatalog,
  query: {
    readonly from: string;
    readonly depth: number;
    readonly direction: 'inputs' | 'users' | 'both';
    readonly maxNodes: number;
  },
): Graph {
  const focus = catalog.record(query.from);
  const distance = new Map<FakeRecord, number>([[focus, 0]]);
  const usersOf = (record: FakeRecord) => catalog.usersOf(record).map((user) => user.record);
  let truncated = false;
  const walk = (next: (record: FakeRecord) => readonly FakeRecord[], sign: number): void => {
    let edge: readonly FakeRecord[] = [focus];
    for (let step = 1; step <= query.depth && edge.length > 0; step += 1) {
      const found: FakeRecord[] = [];
      for (const record of edge.flatMap(next)) {
        if (distance.has(record)) continue;
        if (distance.size >= query.maxNodes) {
          truncated = true;
          continue;
        }
        distance.set(record, step * sign);
        found.push(record);
      }
      edge = found;
    }
  };
  if (query.direction !== 'users') walk(inputsOf, -1);
  if (query.direction !== 'inputs') walk(usersOf, 1);
  const nodes = [...distance].map(([record, away]): GraphNode => {
    const row = catalog.row(record.id);
    return {
      ...refOf(record),
      distance: away,
      ownBytes: row.ownBytes,
      addsBytes: row.addsBytes,
      reclaimableBytes: row.reclaimableBytes,
      ...(row.createdAt === undefined ? {} : { createdAt: row.createdAt }),
      results: row.results,
      hiddenInputs: inputsOf(record).filter((input) => !distance.has(input)).length,
      hiddenUsers: usersOf(record).filter((user) => !distance.has(user)).length,
    };
  });
  const edges = [...distance.keys()].flatMap((to) =>
    to.inputs.flatMap((alternatives, input) =>
      alternatives
        .filter(({ record }) => distance.has(record))
        .map(({ record, selector }): GraphEdge => ({ from: record.id, to: to.id, input, selector })),
    ),
  );
  return { focus: focus.id, nodes, edges, edgesTotal: edges.length, truncated, total: catalog.records.length };
}

/** A shortest path from a root, root first. */
export function fakePathToRoot(catalog: FakeCatalog, id: string): readonly RecordRef[] {
  let paths: readonly (readonly FakeRecord[])[] = [[catalog.record(id)]];
  for (;;) {
    const done = paths.find((path) => path[0]?.inputs.length === 0);
    if (done) return done.map(refOf);
    paths = paths.flatMap((path) => (path[0] ? inputsOf(path[0]).map((input) => [input, ...path]) : []));
  }
}

/** How many records it needs and how many need it. */
export function fakeReach(catalog: FakeCatalog, id: string): { needs: number; neededBy: number } {
  const count = (next: (record: FakeRecord) => readonly FakeRecord[]): number => {
    const seen = new Set<FakeRecord>();
    const open = [catalog.record(id)];
    for (let record = open.pop(); record; record = open.pop()) {
      for (const one of next(record)) {
        if (seen.has(one)) continue;
        seen.add(one);
        open.push(one);
      }
    }
    return seen.size;
  };
  return {
    needs: count(inputsOf),
    neededBy: count((record) => catalog.usersOf(record).map((user) => user.record)),
  };
}
