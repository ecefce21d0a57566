import { SearchX } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { Subject } from '../../../shared/fields/index.ts';
import { type Inspected, inspect, setParams, useParam } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { EmptyState } from '../../base/empty-state.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { useShell } from '../../base/shell-context.ts';
import { TabActions } from '../../base/tab-actions.tsx';
import { usePreferences } from '../../base/window-state.ts';
import { FilterField } from '../filter-field/filter-field.tsx';
import type { KnownValues } from '../filter-field/suggest.ts';
import { ColumnMenu } from '../grid/column-menu.tsx';
import { Grid } from '../grid/grid.tsx';
import type { GridColumn, GridSort } from '../grid/grid-column.ts';
import type { RowGroup } from '../grid/group-map.ts';
import type { Selection } from '../grid/selection.ts';
import { useColumns } from '../grid/use-columns.ts';
import { useGroupedWindow } from '../grid/use-grouped-window.ts';
import { type RowPage, useRowWindow } from '../grid/use-row-window.ts';
import { writeSort } from './sort-text.ts';
import styles from './table-view.module.css';

/** Wait before the inspector follows the row with the focus, so that a held key does not ask for every row. */
const FOLLOW_MS = 120;

interface TableViewProps<Row> {
  /** `Keys`: name of the table for a screen reader; the columns someone chose are kept under it. */
  readonly label: string;
  readonly subject: Subject;
  readonly columns: readonly GridColumn<Row>[];
  readonly filter: string;
  readonly sort: GridSort;
  /** Names the list in the query cache: everything that a page depends on, but its place. */
  readonly listKey: readonly unknown[];
  readonly fetchPage: (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage<Row>>;
  /** Rows without a filter. */
  readonly all: number | undefined;
  readonly known?: KnownValues;
  readonly rowId: (row: Row) => string;
  readonly rowDigest: (row: Row) => string;
  /** The search parameter that says which row the inspector shows. */
  readonly inspected: Inspected;
  readonly selection?: Selection;
  readonly onSelect?: (selection: Selection) => void;
  readonly onFocusRow?: (row: Row | undefined) => void;
  /** What a heading says, where `fetchPage` divides the list. */
  readonly groupText?: (group: RowGroup) => ReactNode;
  /** Between the filter and the table's right edge. */
  readonly toolbar?: ReactNode;
  /** Between "Columns" and the end of the tabs. */
  readonly actions?: ReactNode;
  /** What to show where the source has no such rows at all. */
  readonly empty: ReactNode;
  readonly footer: ReactNode;
}

/**
 * A view that is one table: filter, columns, rows, totals. Its filter, its sort and the inspected row are in the
 * address. While the inspector shows a row, it follows the focus.
 */
export function TableView<Row>(props: TableViewProps<Row>) {
  const { label, subject, filter, sort, listKey, fetchPage, all, rowId, inspected } = props;
  const { announce } = useShell();
  const { copy } = useCopy();
  const density = usePreferences((preferences) => preferences.density);
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const columns = useColumns(label, props.columns, sort, (next) => setParams({ sort: writeSort(next) }));
  const [currentId] = useParam(inspected);
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(follow.current), []);

  const listHash = JSON.stringify(listKey);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names everything the pages depend on
  const source = useMemo(() => ({ key: listKey, fetchPage }), [listHash]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useGroupedWindow(useRowWindow(source), closed);

  const onFocusRow = (row: Row | undefined, moved: boolean): void => {
    props.onFocusRow?.(row);
    clearTimeout(follow.current);
    if (!moved || row === undefined || currentId === undefined || rowId(row) === currentId) return;
    follow.current = setTimeout(() => inspect(inspected, rowId(row), { replace: true, follow: true }), FOLLOW_MS);
  };

  const toggleGroup = (key: string): void => {
    const next = new Set(closed);
    if (!next.delete(key)) next.add(key);
    setClosed(next);
  };
  const reset = (): void => setParams({ filter: undefined, sort: undefined });
  const isNothing = rows.count === 0 && !rows.stale;
  const instead = rows.error ? (
    <ErrorState
      error={rows.error}
      title={`${label} could not be read`}
      actions={
        <>
          <Button variant="primary" onPress={rows.retry}>
            Try again
          </Button>
          {(filter !== '' || writeSort(sort) !== '') && <Button onPress={reset}>Clear filter and sort</Button>}
        </>
      }
    />
  ) : isNothing && filter !== '' ? (
    <EmptyState
      icon={SearchX}
      title="Nothing matches"
      action={<Button onPress={() => setParams({ filter: undefined })}>Clear the filter</Button>}
    >
      None of {all === undefined ? 'the' : formatCount(all)} rows passes <code className="mono11">{filter}</code>.
    </EmptyState>
  ) : isNothing ? (
    props.empty
  ) : undefined;

  return (
    <div className={styles.view} ref={box}>
      <TabActions>
        <ColumnMenu columns={columns} />
        {props.actions}
      </TabActions>
      <div className={styles.filterBar}>
        <FilterField
          label={`Filter ${label.toLowerCase()}`}
          subject={subject}
          value={filter}
          onChange={(next, first) => setParams({ filter: next }, { replace: !first })}
          matched={rows.count}
          total={all}
          onLeaveDown={() => box.current?.querySelector<HTMLElement>('[role=grid] [tabindex="0"]')?.focus()}
          {...(props.known === undefined ? {} : { known: props.known })}
        />
        {props.toolbar}
      </div>
      <Grid
        label={label}
        columns={columns}
        rows={rows}
        rowId={rowId}
        rowPx={density === 'comfortable' ? 36 : 28}
        letters={letters}
        currentId={currentId}
        onInspect={(row) => inspect(inspected, rowId(row), { replace: currentId !== undefined })}
        onCopy={(row) => copy(props.rowDigest(row))}
        onFocusRow={onFocusRow}
        announce={announce}
        instead={instead}
        onToggleGroup={toggleGroup}
        {...(props.groupText === undefined ? {} : { groupText: props.groupText })}
        {...(props.selection && props.onSelect ? { selection: props.selection, onSelect: props.onSelect } : {})}
      />
      {props.footer}
    </div>
  );
}
