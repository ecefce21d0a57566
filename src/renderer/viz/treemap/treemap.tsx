import { type KeyboardEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import type { TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';
import { classNames } from '../../base/class-names.ts';
import { countOf } from '../../base/quantity.tsx';
import { useSize } from '../../base/use-size.ts';
import { KINDS, kindColor } from '../../widgets/kind-glyph.tsx';
import { recordTitle, StepWords } from '../../widgets/record-name.tsx';
import { layoutTreemap, OTHERS, type PlacedTile } from './layout.ts';
import styles from './treemap.module.css';

/**
 * Bytes as areas. One tab stop; arrow keys walk the tiles by size, Enter zooms into the group, Space and a click
 * inspect, Escape goes back out. Every tile keeps its identity while the grouping changes, so it slides to its new place.
 */
export function Treemap({
  label,
  groups,
  totalBytes,
  zoomed,
  selectedId,
  going,
  onZoom,
  onInspect,
  onHover,
}: {
  readonly label: string;
  readonly groups: readonly TreemapGroup[];
  readonly totalBytes: number;
  /** Key of the group that is shown alone. */
  readonly zoomed: string | undefined;
  /** Id of the record that is inspected. */
  readonly selectedId: string | undefined;
  /** Ids of records that go in a plan: their tiles are hatched and their names struck out. */
  readonly going?: ReadonlySet<string>;
  readonly onZoom: (key: string | undefined) => void;
  readonly onInspect: (tile: TreemapTile) => void;
  readonly onHover: (tile: TreemapTile | undefined) => void;
}) {
  const [box, size] = useSize<HTMLDivElement>();
  const layout = useMemo(() => layoutTreemap(groups, size, zoomed), [groups, size, zoomed]);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(active, Math.max(0, layout.tiles.length - 1));

  const focusTile = (at: number): void => {
    const next = Math.max(0, Math.min(layout.tiles.length - 1, at));
    setActive(next);
    list.current?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const placed = layout.tiles[current];
    if (event.ctrlKey || event.metaKey || event.altKey || !placed) return;
    if (event.key === 'ArrowRight' || event.key === 'ArrowDown') focusTile(current + 1);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') focusTile(current - 1);
    else if (event.key === 'Home') focusTile(0);
    else if (event.key === 'End') focusTile(layout.tiles.length - 1);
    else if (event.key === 'Enter') {
      onZoom(zoomed === undefined ? placed.group.key : undefined);
      setActive(0);
    } else if (event.key === ' ' && placed.tile) onInspect(placed.tile);
    else if (event.key === 'Escape' && zoomed !== undefined) onZoom(undefined);
    else return;
    event.preventDefault();
  };
  // A zoom draws other tiles: the focus goes to the largest of them and does not fall to the page.
  const hadFocus = useRef(false);
  useEffect(() => {
    if (hadFocus.current && !list.current?.contains(document.activeElement)) {
      list.current?.querySelector<HTMLElement>('[data-at="0"]')?.focus();
    }
  });

  const hover = useCallback((tile: TreemapTile | undefined) => onHover(tile), [onHover]);
  return (
    <div className={styles.frame}>
      <div ref={box} className={styles.map}>
        {layout.groups.map(({ group, hasHeader, x, y, width, height }) => (
          <div key={group.key} className={styles.group} style={{ left: x, top: y, width, height }} aria-hidden="true">
            {hasHeader && (
              <button
                type="button"
                tabIndex={-1}
                className={styles.header}
                data-tip={`${group.label}, ${formatBytes(group.bytes)}${zoomed === undefined ? ': zoom in' : ''}`}
                onClick={() => onZoom(zoomed === undefined ? group.key : undefined)}
              >
                <span className="ellipsis">{group.label}</span>
                {width > 110 && <span className={styles.groupSize}>{formatBytes(group.bytes)}</span>}
              </button>
            )}
          </div>
        ))}
        <div
          ref={list}
          role="listbox"
          className={styles.list}
          aria-label={`${label}, ${countOf(layout.tiles.length, 'tile')}, largest first`}
          tabIndex={-1}
          onKeyDown={press}
          onFocus={() => {
            hadFocus.current = true;
          }}
          onBlur={(event) => {
            if (event.relatedTarget) hadFocus.current = false;
          }}
        >
          {layout.tiles.map((placed, at) => (
            <Tile
              key={placed.tile?.blob ?? `rest ${placed.group.key}`}
              at={at}
              placed={placed}
              totalBytes={totalBytes}
              isActive={at === current}
              isSelected={placed.tile !== undefined && placed.tile.id === selectedId}
              isGoing={placed.tile !== undefined && going?.has(placed.tile.blob) === true}
              onInspect={onInspect}
              onZoom={onZoom}
              onActive={setActive}
              onHover={hover}
            />
          ))}
        </div>
      </div>
      {layout.leftOut && (
        <LeftOut
          group={layout.leftOut}
          totalBytes={totalBytes}
          onZoom={zoomed === undefined ? () => onZoom(OTHERS) : undefined}
        />
      )}
    </div>
  );
}

/** A line below the map: what is too small to be drawn, in words, because no area could show it. */
function LeftOut({
  group,
  totalBytes,
  onZoom,
}: {
  readonly group: TreemapGroup;
  readonly totalBytes: number;
  readonly onZoom: (() => void) | undefined;
}) {
  const words = `Not drawn: ${group.label}, ${formatBytes(group.bytes)} of ${formatBytes(totalBytes)}`;
  if (!onZoom) return <p className={styles.leftOut}>{words}</p>;
  return (
    <button type="button" className={styles.leftOut} onClick={onZoom}>
      {words}
    </button>
  );
}

const Tile = memo(function Tile({
  at,
  placed,
  totalBytes,
  isActive,
  isSelected,
  isGoing,
  onInspect,
  onZoom,
  onActive,
  onHover,
}: {
  readonly at: number;
  readonly placed: PlacedTile;
  readonly totalBytes: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly isGoing: boolean;
  readonly onInspect: (tile: TreemapTile) => void;
  readonly onZoom: (key: string) => void;
  readonly onActive: (at: number) => void;
  readonly onHover: (tile: TreemapTile | undefined) => void;
}) {
  const { tile, group, x, y, width, height, text, bytes, count } = placed;
  const name = tile ? recordTitle(tile) : `${countOf(count, 'smaller layer')} in ${group.label}`;
  const share = totalBytes > 0 ? `${((bytes / totalBytes) * 100).toFixed(1)} % of all` : '';
  const holders = tile ? `in the chains of ${countOf(tile.records, 'record')}` : '';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it handles the keys
    <div
      role="option"
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      data-at={at}
      data-tip={`${name}\n${formatBytes(bytes)}, ${share}\n${holders}`}
      data-tip-name=""
      className={classNames(styles.tile, !tile && styles.rest, isGoing && styles.going, isSelected && styles.selected)}
      style={{
        translate: `${x}px ${y}px`,
        width,
        height,
        ...(tile ? { '--kind': kindColor(tile.kind) } : {}),
      }}
      onClick={() => {
        onActive(at);
        if (tile) onInspect(tile);
        else onZoom(group.key);
      }}
      onFocus={() => onHover(tile)}
      onPointerEnter={() => onHover(tile)}
      onPointerLeave={() => onHover(undefined)}
    >
      {tile?.stage !== undefined && <span className="visually-hidden">{tile.stage} </span>}
      <span className={text === 'none' ? 'visually-hidden' : styles.name}>
        {tile ? <StepWords record={tile} /> : `${formatCount(count)} smaller`}
      </span>
      <span className={text === 'name-and-size' ? styles.size : 'visually-hidden'}>
        {formatBytes(bytes)}
        {tile && tile.records > 1 && width > 130 ? ` · ${countOf(tile.records, 'record')}` : ''}
      </span>
      <span className="visually-hidden">
        {share}, {tile ? KINDS[tile.kind].label : group.label}
        {isGoing && ', goes'}
      </span>
    </div>
  );
});
