import { useMemo } from 'react';
import type { CollectItem, CollectOwner, CollectPlan } from '../../../../shared/model/collect.ts';
import { Button } from '../../../base/button.tsx';
import { useCopy } from '../../../base/clipboard.ts';
import { Digest } from '../../../base/digest.tsx';
import { ErrorState } from '../../../base/error-state.tsx';
import { Bytes, Count, countOf } from '../../../base/quantity.tsx';
import { useShell } from '../../../base/shell-context.ts';
import { Time } from '../../../base/time.tsx';
import { usePreferences } from '../../../base/window-state.ts';
import { useEngine } from '../../../client/engine-context.tsx';
import { Grid } from '../../../widgets/grid/grid.tsx';
import type { GridColumn } from '../../../widgets/grid/grid-column.ts';
import { useColumns } from '../../../widgets/grid/use-columns.ts';
import { useRowWindow } from '../../../widgets/grid/use-row-window.ts';
import shared from '../prune.module.css';
import styles from './collect.module.css';

const COLUMNS: readonly GridColumn<CollectItem>[] = [
  {
    id: 'digest',
    title: 'Blob',
    widthPx: 200,
    minPx: 120,
    flexible: true,
    priority: 0,
    cell: ({ digest }) => <Digest digest={digest} copy="mouse" />,
  },
  {
    id: 'age',
    title: 'Written or renewed',
    widthPx: 150,
    priority: 1,
    cell: ({ modifiedAt }) => <Time at={modifiedAt} />,
  },
  { id: 'size', title: 'Size', widthPx: 90, align: 'end', priority: 0, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
];

/** Blobs that go. */
export function GoingTable({ plan, isGone }: { readonly plan: CollectPlan; readonly isGone: boolean }) {
  const engine = useEngine();
  const { announce } = useShell();
  const { copy } = useCopy();
  const columns = useColumns('Blobs that go', COLUMNS);
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const { plan: id, sourceId } = plan;
  const source = useMemo(
    () => ({
      key: ['collect.items', sourceId, id],
      fetchPage: async (offset: number, limit: number, signal: AbortSignal) => {
        const answer = await engine.collect.items({ sourceId, plan: id, offset, limit }, { signal });
        return { rows: answer.items, total: answer.total };
      },
    }),
    [engine, sourceId, id],
  );
  const rows = useRowWindow(source);
  return (
    <section className={shared.plan} aria-label="Blobs that go">
      <div className={shared.cardHead}>
        <h2>{isGone ? 'Planned to go' : 'Goes'}</h2>
        <Count count={plan.goes.blobs} className="t3" />
      </div>
      <Grid
        label="Blobs that go"
        columns={columns}
        rows={rows}
        rowId={(row) => row.digest}
        rowPx={26}
        letters={letters}
        currentId={undefined}
        onInspect={() => {}}
        onCopy={(row) => copy(row.digest)}
        announce={announce}
        instead={
          rows.error ? (
            <ErrorState
              error={rows.error}
              isCompact
              title="The plan could not be read"
              actions={<Button onPress={rows.retry}>Try again</Button>}
            />
          ) : rows.total === 0 ? (
            <p className={shared.none}>Nothing goes.</p>
          ) : undefined
        }
      />
    </section>
  );
}

/** Manifests, and what each keeps. */
export function OwnerList({ plan }: { readonly plan: CollectPlan }) {
  const { owners, manifests } = plan;
  return (
    <section className={styles.owners} aria-label="Manifests">
      <div className={shared.cardHead}>
        <h2>Manifests</h2>
        <Count count={manifests} className="t3" />
      </div>
      <ul>
        {owners.map((owner) => (
          <li key={owner.name} className={styles.owner}>
            <span className="ellipsis" title={owner.name}>
              {owner.name}
            </span>
            <Bytes bytes={owner.bytes} className="right" isFocusable />
            <span className={styles.ownerNote}>{ownerNote(owner)}</span>
          </li>
        ))}
      </ul>
      {manifests > owners.length && (
        <p className={shared.note}>{countOf(manifests - owners.length, 'smaller one')} not shown.</p>
      )}
    </section>
  );
}

function ownerNote({ blobs, onlyBytes, missing, bytes }: CollectOwner): string {
  const alone = bytes === 0 ? 0 : Math.round((onlyBytes / bytes) * 100);
  const lost = missing > 0 ? `, ${countOf(missing, 'blob')} missing` : '';
  return `${countOf(blobs, 'blob')}, ${alone} % of it needed by no other${lost}`;
}
