import { FileArchive, Search, SearchX } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { LayerFile } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { EmptyState } from '../../base/empty-state.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { TextField } from '../../base/field.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { useShell } from '../../base/shell-context.ts';
import { usePreferences } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead } from '../../client/hooks.ts';
import { ColumnMenu } from '../grid/column-menu.tsx';
import { Grid } from '../grid/grid.tsx';
import type { GridSort } from '../grid/grid-column.ts';
import { useColumns } from '../grid/use-columns.ts';
import { useRowWindow } from '../grid/use-row-window.ts';
import { FILE_COLUMNS } from './file-columns.tsx';
import styles from './layer-files.module.css';

/** The files of a layer, read from its tar: any number of them, filtered by a part of the path. Fills its panel. */
export function LayerFiles({ source, digest }: { readonly source: Source; readonly digest: string }) {
  const engine = useEngine();
  const { announce } = useShell();
  const { copy } = useCopy();
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const [text, setText] = useState('');
  const [sort, setSort] = useState<GridSort | undefined>(undefined);
  const columns = useColumns('Files', FILE_COLUMNS, sort, setSort);
  const filter = useDeferredValue(text.trim());
  const query = useMemo(
    () => ({ sourceId: source.id, digest, filter, ...(sort === undefined ? {} : { sort }) }),
    [source.id, digest, filter, sort],
  );
  const list = useMemo(
    () => ({
      key: ['layers.files', query, source.version],
      fetchPage: async (offset: number, limit: number, signal: AbortSignal) => {
        const page = await engine.layers.files({ ...query, offset, limit }, { signal });
        return { rows: page.files, total: page.total };
      },
    }),
    [engine, query, source.version],
  );
  const rows = useRowWindow<LayerFile>(list);
  const sums = useRead('layers.files', { ...query, offset: 0, limit: 1 }, { keepPrevious: true }).data;

  if (rows.error) {
    return (
      <ErrorState
        error={rows.error}
        isCompact
        title="The files of this layer cannot be listed"
        actions={<Button onPress={rows.retry}>Try again</Button>}
      />
    );
  }
  const isNothing = rows.total === 0 && !rows.stale;
  return (
    <div className={styles.panel}>
      <div className={styles.bar}>
        <TextField
          label="Filter files"
          isLabelHidden
          icon={Search}
          placeholder="Part of a path"
          value={text}
          onChange={setText}
          isMono
          className={styles.filter ?? ''}
        />
        <ColumnMenu columns={columns} isSmall />
      </div>
      <Grid
        label="Files"
        columns={columns}
        rows={rows}
        rowId={(file) => file.path}
        rowPx={26}
        letters={letters}
        onCopy={(file) => copy(file.path)}
        announce={announce}
        instead={
          !isNothing ? undefined : filter === '' ? (
            <EmptyState icon={FileArchive} title="No files">
              This layer changes nothing: its tar is empty.
            </EmptyState>
          ) : (
            <EmptyState
              icon={SearchX}
              title="Nothing matches"
              action={<Button onPress={() => setText('')}>Clear the filter</Button>}
            >
              No path of this layer holds <code className="mono11">{filter}</code>.
            </EmptyState>
          )
        }
      />
      <div className={styles.foot} role="status">
        {sums && (
          <>
            <span>{countOf(sums.total, 'entry', 'entries')}</span>
            <span>
              <Bytes bytes={sums.totalBytes} /> unpacked
            </span>
          </>
        )}
      </div>
    </div>
  );
}
