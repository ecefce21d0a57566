import { parseTime } from '../../../shared/base/time.ts';
import type { AgeBin, TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';
import { type FakeCatalog, refOf } from './catalog.ts';

/** The tiles of the overview, grouped. */
export function fakeTreemap(
  catalog: FakeCatalog,
  query: { readonly group: 'step' | 'kind' | 'age'; readonly maxTiles: number },
): { groups: TreemapGroup[]; totalBytes: number } {
  const tiles = catalog.layers
    .map((layer): TreemapTile | undefined => {
      const top = catalog.records.find((record) => record.chain.at(-1)?.digest === layer.digest);
      if (!top) return undefined;
      const holders = catalog.holdersOf(layer.digest).length;
      return { ...refOf(top), blob: layer.digest, bytes: layer.size, records: holders, createdAt: top.createdAt ?? '' };
    })
    .filter((tile) => tile !== undefined)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, query.maxTiles);
  const groups = new Map<string, TreemapTile[]>();
  for (const tile of tiles) {
    const key =
      query.group === 'kind'
        ? tile.kind
        : query.group === 'age'
          ? (tile.createdAt ?? '').slice(0, 10)
          : (tile.stage?.replace(/ .*/, '') ?? 'other');
    groups.set(key, [...(groups.get(key) ?? []), tile]);
  }
  const made = [...groups]
    .map(([key, list]) => ({
      key,
      label: key,
      bytes: list.reduce((sum, tile) => sum + tile.bytes, 0),
      tiles: list,
      rest: { tiles: 0, bytes: 0 },
    }))
    .sort((a, b) => b.bytes - a.bytes);
  return { groups: made, totalBytes: catalog.totals.deduplicatedBytes };
}

/** The age histogram: bytes that records created in each bin added. */
export function fakeAges(catalog: FakeCatalog, bins: number): { bins: AgeBin[]; oldest?: string; newest?: string } {
  const dated = catalog.rows
    .flatMap((row) =>
      row.createdAt === undefined ? [] : [{ row, text: row.createdAt, at: parseTime(row.createdAt) ?? 0 }],
    )
    .sort((a, b) => a.at - b.at);
  const first = dated[0];
  const last = dated.at(-1);
  if (!first || !last) return { bins: [] };
  const width = Math.max(1, Math.ceil((last.at - first.at + 1) / bins));
  const made = Array.from({ length: bins }, (_, n): AgeBin => {
    const fromMs = first.at + n * width;
    const inside = dated.filter((one) => one.at >= fromMs && one.at < fromMs + width);
    const byKind: AgeBin['byKind'] = {};
    for (const { row } of inside) byKind[row.kind] = (byKind[row.kind] ?? 0) + row.addsBytes;
    const bytes = inside.reduce((sum, one) => sum + one.row.addsBytes, 0);
    return { fromMs, toMs: fromMs + width, records: inside.length, bytes, byKind };
  });
  return { bins: made, oldest: first.text, newest: last.text };
}
