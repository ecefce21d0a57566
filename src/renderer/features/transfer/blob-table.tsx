import { Check, Clock, Equal, FileX, LoaderCircle, Minus } from 'lucide-react';
import { useMemo } from 'react';
import type { TransferBlob, TransferPreview } from '../../../shared/model/transfer.ts';
import { inspect, useParam } from '../../base/address.ts';
import { useCopy } from '../../base/clipboard.ts';
import { Digest } from '../../base/digest.tsx';
import { Icon } from '../../base/icon.tsx';
import { ProgressRing } from '../../base/progress.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { useShell } from '../../base/shell-context.ts';
import { TabActions } from '../../base/tab-actions.tsx';
import { usePreferences } from '../../base/window-state.ts';
import { ColumnMenu } from '../../widgets/grid/column-menu.tsx';
import { Grid } from '../../widgets/grid/grid.tsx';
import type { GridColumn } from '../../widgets/grid/grid-column.ts';
import { useColumns } from '../../widgets/grid/use-columns.ts';
import { useRowWindow } from '../../widgets/grid/use-row-window.ts';
import styles from './transfer.module.css';
import { type BlobState, type BlobsNow, blobState, type TransferState } from './transfer-state.ts';

type Row = TransferBlob & { readonly now: BlobState };

const LOOKS: Readonly<
  Record<BlobState, { readonly icon: typeof Check; readonly text: string; readonly tone: string }>
> = {
  there: { icon: Equal, text: 'there already', tone: 't3' },
  'to-copy': { icon: Clock, text: 'to copy', tone: 't2' },
  copying: { icon: LoaderCircle, text: 'copying', tone: '' },
  waiting: { icon: Clock, text: 'waiting', tone: 't3' },
  copied: { icon: Check, text: 'copied, digest checked', tone: 't2' },
  missing: { icon: FileX, text: 'not in the source', tone: '' },
  left: { icon: Minus, text: 'not copied', tone: 't3' },
};

const COLUMNS: readonly GridColumn<Row>[] = [
  {
    id: 'mark',
    title: 'Copied or not',
    header: '✓',
    widthPx: 34,
    minPx: 34,
    priority: 0,
    cell: ({ now }) => (
      <span className={styles.mark} data-state={now} aria-hidden="true">
        {now === 'copying' ? <ProgressRing share={undefined} /> : <Icon of={LOOKS[now].icon} />}
      </span>
    ),
  },
  { id: 'blob', title: 'Blob', widthPx: 140, priority: 0, cell: (row) => <Digest digest={row.digest} copy="mouse" /> },
  {
    id: 'type',
    title: 'Media type',
    widthPx: 280,
    minPx: 120,
    flexible: true,
    priority: 2,
    cell: (row) => <span className="ellipsis mono11 t3">{row.mediaType}</span>,
  },
  {
    id: 'state',
    title: 'State',
    widthPx: 170,
    priority: 0,
    cell: ({ now }) => (
      <span className={LOOKS[now].tone} data-state={now}>
        {LOOKS[now].text}
      </span>
    ),
  },
  { id: 'size', title: 'Size', widthPx: 84, align: 'end', priority: 1, cell: (row) => <Bytes bytes={row.size} /> },
];

const ORDER: Readonly<Record<TransferBlob['state'], number>> = { missing: 0, 'to-copy': 1, there: 2 };

/** The blobs of a transfer: what is missing first, then what is to copy, largest first. */
export function BlobTable({
  preview,
  phase,
  now,
  listKey,
}: {
  readonly preview: TransferPreview;
  readonly phase: TransferState['phase'];
  readonly now: BlobsNow;
  /** Names the question that the preview answers. */
  readonly listKey: string;
}) {
  const { announce } = useShell();
  const { copy } = useCopy();
  const columns = useColumns('Transfer', COLUMNS);
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const density = usePreferences((preferences) => preferences.density);
  const [layer] = useParam('layer');
  const blobs = useMemo(
    () => preview.blobs.toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || b.size - a.size),
    [preview],
  );
  const source = useMemo(() => {
    const rows = blobs.map((blob): Row => ({ ...blob, now: blobState(blob, phase, now) }));
    return {
      key: ['transfer.blobs', listKey, phase, ...now.copying, now.arrived.size],
      fetchPage: async (offset: number, limit: number) => ({
        rows: rows.slice(offset, offset + limit),
        total: rows.length,
      }),
    };
  }, [blobs, phase, now, listKey]);
  const rows = useRowWindow(source);
  return (
    <>
      <TabActions>
        <ColumnMenu columns={columns} />
      </TabActions>
      <Grid
        label="Blobs"
        columns={columns}
        rows={rows}
        rowId={(row) => row.digest}
        rowPx={density === 'comfortable' ? 36 : 26}
        letters={letters}
        currentId={layer}
        onInspect={(row) => inspect('layer', row.digest)}
        onCopy={(row) => copy(row.digest)}
        announce={announce}
        instead={rows.total === 0 ? <p className={styles.none}>No result has a blob to copy.</p> : undefined}
      />
    </>
  );
}
