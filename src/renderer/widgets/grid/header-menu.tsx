import {
  ArrowDownNarrowWide,
  ArrowDownWideNarrow,
  ArrowLeft,
  ArrowRight,
  EyeOff,
  PanelLeft,
  PanelRight,
  PinOff,
  Ruler,
} from 'lucide-react';
import { type RefObject, useMemo } from 'react';
import { AnchoredMenu, MenuItem, MenuSeparator } from '../../base/menu.tsx';
import type { PinnedSide } from './column-layout.ts';
import type { GridColumns } from './use-columns.ts';

interface HeaderMenuProps<Row> {
  readonly columns: GridColumns<Row>;
  /** Column whose menu is open; absent: none is. */
  readonly id: string | undefined;
  /** Holds the headers. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly onSort: (id: string, descending: boolean) => void;
  readonly onMove: (id: string, places: number) => void;
  /** The column was turned off, and its header is gone. */
  readonly onHidden: (title: string) => void;
  readonly announce: (text: string) => void;
}

/** All that can be done with one column of a grid: what clicks, drags and keys on its header do, and pinning. */
export function HeaderMenu<Row>({ columns, id, scroller, onClose, announce, ...props }: HeaderMenuProps<Row>) {
  const { specs, table } = columns;
  const anchor = useMemo(
    () => ({ current: scroller.current?.querySelector(`[data-id="${CSS.escape(id ?? '')}"]`) ?? null }),
    [id, scroller],
  );
  const column = id === undefined ? undefined : table.getColumn(id);
  const title = specs.find((spec) => spec.id === id)?.title ?? '';
  if (!column) return null;
  const pinned = column.getIsPinned();
  const pin = (side: PinnedSide | false): void => {
    column.pin(side);
    announce(side ? `${title} is pinned to the ${side}` : `${title} is not pinned`);
  };
  return (
    <AnchoredMenu label={`Column ${title}`} anchor={anchor} isOpen onClose={onClose}>
      {column.getCanSort() && (
        <>
          <MenuItem icon={ArrowDownNarrowWide} onAction={() => props.onSort(column.id, false)}>
            Sort ascending
          </MenuItem>
          <MenuItem icon={ArrowDownWideNarrow} onAction={() => props.onSort(column.id, true)}>
            Sort descending
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      {pinned !== 'start' && (
        <MenuItem icon={PanelLeft} onAction={() => pin('start')}>
          Pin to the start
        </MenuItem>
      )}
      {pinned !== 'end' && (
        <MenuItem icon={PanelRight} onAction={() => pin('end')}>
          Pin to the end
        </MenuItem>
      )}
      {pinned && (
        <MenuItem icon={PinOff} onAction={() => pin(false)}>
          Unpin
        </MenuItem>
      )}
      <MenuItem icon={ArrowLeft} keys="alt+ArrowLeft" onAction={() => props.onMove(column.id, -1)}>
        Move towards the start
      </MenuItem>
      <MenuItem icon={ArrowRight} keys="alt+ArrowRight" onAction={() => props.onMove(column.id, 1)}>
        Move towards the end
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={Ruler}
        isDisabled={table.state.columnSizing[column.id] === undefined}
        onAction={() => {
          column.resetSize();
          announce(`${title} has its own width`);
        }}
      >
        Reset width
      </MenuItem>
      <MenuItem
        icon={EyeOff}
        isDisabled={!column.getCanHide()}
        onAction={() => {
          column.toggleVisibility(false);
          props.onHidden(title);
        }}
      >
        Turn off column
      </MenuItem>
    </AnchoredMenu>
  );
}
