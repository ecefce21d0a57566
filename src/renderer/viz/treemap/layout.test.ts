import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreemapGroup } from '../../../shared/model/overview.ts';
import { type Box, layoutTreemap } from './layout.ts';

function group(key: string, sizes: readonly number[], restBytes = 0): TreemapGroup {
  return {
    key,
    label: key,
    bytes: sizes.reduce((sum, size) => sum + size, restBytes),
    tiles: sizes.map((bytes, at) => ({
      id: `${key}-${at}`,
      digest: `sha256:${key}${at}`,
      kind: 'exec',
      blob: `sha256:${key}${at}`,
      bytes,
      records: 1,
    })),
    rest: { tiles: restBytes > 0 ? 3 : 0, bytes: restBytes },
  };
}

const inside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01;

const overlap = (a: Box, b: Box): boolean =>
  a.x + a.width > b.x + 0.01 &&
  b.x + b.width > a.x + 0.01 &&
  a.y + a.height > b.y + 0.01 &&
  b.y + b.height > a.y + 0.01;

describe('layoutTreemap', () => {
  it('keeps every tile in its group, every group in the map, and no two over each other', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 6 }), fc.integer({ min: 60, max: 1600 }), (all, width) => {
        const map = { x: 0, y: 0, width, height: 312 };
        const { groups, tiles } = layoutTreemap(
          all.map((one, at) => group(String(at), one)),
          map,
        );
        for (const placed of groups) expect(inside(placed, map)).toBe(true);
        for (const tile of tiles) {
          const own = groups.find((placed) => placed.group === tile.group);
          expect(own && inside(tile, own)).toBe(true);
        }
        tiles.forEach((a, at) => {
          for (const b of tiles.slice(at + 1)) expect(overlap(a, b)).toBe(false);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('draws areas in proportion inside a group', () => {
    const { tiles } = layoutTreemap([group('a', [300, 100])], { width: 800, height: 400 });
    const [large, small] = tiles;
    const area = (box: Box | undefined): number => (box ? (box.width + 2) * box.height : 0);
    expect(area(large) / area(small)).toBeGreaterThan(2.7);
    expect(area(large) / area(small)).toBeLessThan(3.3);
  });

  it('gives the rest of a group a tile of its own', () => {
    const { tiles } = layoutTreemap([group('a', [100], 50)], { width: 400, height: 300 });
    expect(tiles.map((tile) => [tile.bytes, tile.tile === undefined])).toEqual([
      [100, false],
      [50, true],
    ]);
  });

  it('draws specks as one tile, and small groups as one group that is drawn last and can be zoomed into', () => {
    const small = Array.from({ length: 50 }, (_, at) => group(`s${at}`, [300]));
    const all = [group('big', [60_000, ...Array.from({ length: 80 }, () => 10)]), ...small];
    const map = { width: 300, height: 300 };
    const { groups, tiles } = layoutTreemap(all, map);
    expect(groups.map((placed) => [placed.group.key, placed.group.label])).toEqual([
      ['big', 'big'],
      ['others', '50 smaller groups'],
    ]);
    expect(tiles.filter((tile) => !tile.tile).map((tile) => [tile.group.key, tile.count, tile.bytes])).toEqual([
      ['others', 50, 15_000],
      ['big', 80, 800],
    ]);
    expect(layoutTreemap(all, map, 'others').groups.map((placed) => placed.group.key)).toEqual(
      small.map((one) => one.key),
    );
  });

  it('leaves the small groups out where they would take most of the map, and says how much that is', () => {
    const all = Array.from({ length: 500 }, (_, at) => group(`s${at}`, [1000 - at]));
    const map = { width: 400, height: 300 };
    const { groups, leftOut } = layoutTreemap(all, map);
    expect(groups.map((placed) => placed.group.key)).toEqual(all.slice(0, 24).map((one) => one.key));
    expect(leftOut).toMatchObject({ key: 'others', label: '476 smaller groups', rest: { tiles: 476 } });
    const drawn = groups.reduce((sum, placed) => sum + placed.group.bytes, 0);
    expect(drawn + (leftOut?.bytes ?? 0)).toBe(all.reduce((sum, one) => sum + one.bytes, 0));
    const zoomed = layoutTreemap(all, map, 'others');
    expect(zoomed.groups.map((placed) => placed.group.key)).toEqual(all.slice(24, 48).map((one) => one.key));
  });

  it('shows one group alone when zoomed into it', () => {
    const all = [group('a', [100, 50]), group('b', [70])];
    const { groups, tiles } = layoutTreemap(all, { width: 400, height: 300 }, 'b');
    expect(groups.map((placed) => placed.group.key)).toEqual(['b']);
    expect(tiles).toHaveLength(1);
    expect(groups[0]).toMatchObject({ x: 0, y: 0, width: 400, height: 300 });
  });

  it('draws nothing without room or without bytes', () => {
    expect(layoutTreemap([group('a', [1])], { width: 0, height: 300 }).tiles).toEqual([]);
    expect(layoutTreemap([group('a', [])], { width: 300, height: 300 }).tiles).toEqual([]);
  });
});
