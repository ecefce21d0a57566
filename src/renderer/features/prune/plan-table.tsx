import { Check, Layers, Minus } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import type { PlanItem, PrunePlan } from '../../../shared/model/plan.ts';
import { inspect, useParam } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { Digest } from '../../base/digest.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Icon } from '../../base/icon.tsx';
import { Bytes, Count } from '../../base/quantity.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { useShell } from '../../base/shell-context.ts';
import { usePreferences } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { ColumnMenu } from '../../widgets/grid/column-menu.tsx';
import { Grid } from '../../widgets/grid/grid.tsx';
import type { GridColumn } from '../../widgets/grid/grid-column.ts';
import { useColumns } from '../../widgets/grid/use-columns.ts';
import { useRowWindow } from '../../widgets/grid/use-row-window.ts';
import { RecordName } from '../../widgets/record-name.tsx';
import styles from './prune.module.css';

type Part = 'all' | 'goes' | 'stays';

/** An item with the side it is on. */
export type PlanRow = PlanItem & { readonly goes: boolean };

const COLUMNS: readonly GridColumn<PlanRow>[] = [
  {
    id: 'mark',
    title: 'Goes or stays',
    header: '±',
    widthPx: 34,
    minPx: 34,
    priority: 0,
    cell: ({ goes }) => (
      <span className={goes ? styles.goesMark : styles.staysMark} role="img" aria-label={goes ? 'goes' : 'stays'}>
        <Icon of={goes ? Minus : Check} />
      </span>
    ),
  },
  {
    id: 'step',
    title: 'Step',
    widthPx: 240,
    minPx: 120,
    flexible: true,
    priority: 0,
    cell: (row) => <ItemName row={row} />,
  },
  {
    id: 'digest',
    title: 'Digest',
    widthPx: 122,
    priority: 3,
    offAtFirst: true,
    cell: (row) => <Digest digest={row.digest} copy="mouse" />,
  },
  {
    id: 'reason',
    title: 'Reason',
    widthPx: 164,
    minPx: 90,
    priority: 2,
    cell: (row) => <span className="ellipsis t2">{row.reason}</span>,
  },
  { id: 'size', title: 'Size', widthPx: 78, align: 'end', priority: 1, cell: (row) => <Bytes bytes={row.bytes} /> },
];

/** What goes, in order of leaving, then what stays and why. Not drawn anew while the limit moves. */
export const PlanTable = memo(function PlanTable({
  plan,
  isOld,
}: {
  readonly plan: PrunePlan;
  readonly isOld: boolean;
}) {
  const engine = useEngine();
  const { announce } = useShell();
  const { copy } = useCopy();
  const [part, setPart] = useState<Part>('all');
  const columns = useColumns('Plan', COLUMNS);
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const density = usePreferences((preferences) => preferences.density);
  const [record] = useParam('record');
  const [layer] = useParam('layer');
  const { plan: id, sourceId } = plan;

  const source = useMemo(() => {
    const read = async (what: 'goes' | 'stays', offset: number, limit: number, signal: AbortSignal) => {
      const answer = await engine.prune.items({ sourceId, plan: id, what, offset, limit }, { signal });
      return { rows: answer.items.map((item): PlanRow => ({ ...item, goes: what === 'goes' })), total: answer.total };
    };
    return {
      key: ['prune.items', sourceId, id, part],
      fetchPage: async (offset: number, limit: number, signal: AbortSignal) => {
        if (part !== 'all') return read(part, offset, limit, signal);
        const goes = await read('goes', offset, limit, signal);
        const staysFrom = Math.max(0, offset - goes.total);
        const stays = await read('stays', staysFrom, Math.max(1, limit - goes.rows.length), signal);
        const rows = goes.rows.length < limit ? [...goes.rows, ...stays.rows] : goes.rows;
        return { rows, total: goes.total + stays.total };
      },
    };
  }, [engine, sourceId, id, part]);
  const rows = useRowWindow(source);
  const counts = itemCounts(plan);

  return (
    <section className={styles.plan} aria-label="Lines of the plan" data-old={isOld || undefined}>
      <div className={styles.cardHead}>
        <h2>Plan</h2>
        <Segmented
          label="Show"
          value={part}
          options={[
            {
              value: 'all',
              name: `All, ${counts.goes + counts.stays}`,
              label: (
                <>
                  All <Count count={counts.goes + counts.stays} />
                </>
              ),
            },
            {
              value: 'goes',
              name: `Goes, ${counts.goes}`,
              label: (
                <>
                  <Icon of={Minus} size={12} className={styles.goesMark} /> Goes <Count count={counts.goes} />
                </>
              ),
            },
            {
              value: 'stays',
              name: `Stays, ${counts.stays}`,
              label: (
                <>
                  <Icon of={Check} size={12} className={styles.staysMark} /> Stays <Count count={counts.stays} />
                </>
              ),
            },
          ]}
          onChange={setPart}
        />
        <span className="spring" />
        <span className={styles.headNote}>order of leaving</span>
        <ColumnMenu columns={columns} isSmall />
      </div>
      <Grid
        label="Plan"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        rowPx={density === 'comfortable' ? 36 : 26}
        letters={letters}
        currentId={record ?? layer}
        onInspect={(row) =>
          inspect(row.kind === 'blob' ? 'layer' : 'record', row.kind === 'blob' ? row.digest : row.id)
        }
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
            <p className={styles.none}>{part === 'goes' ? 'Nothing goes.' : 'Nothing stays.'}</p>
          ) : undefined
        }
      />
    </section>
  );
});

/** Lines of each side: blobs have lines of their own only where no record leaves with them. */
function itemCounts({ goes, stays }: PrunePlan): { readonly goes: number; readonly stays: number } {
  return {
    goes: goes.records + goes.results > 0 ? goes.records + goes.results : goes.blobs,
    stays: stays.records > 0 ? stays.records : stays.blobs,
  };
}

function ItemName({ row }: { readonly row: PlanRow }) {
  const text =
    row.kind !== 'blob' ? (
      <RecordName record={{ digest: row.digest, kind: row.recordKind ?? 'unknown', ...namesOf(row) }} />
    ) : (
      <span className={styles.blob}>
        <Icon of={Layers} className={styles.quiet} /> blob <Digest digest={row.digest} copy={false} />
      </span>
    );
  return <span className={row.goes ? styles.struck : styles.kept}>{text}</span>;
}

function namesOf({ name, stage }: PlanRow): { readonly name?: string; readonly stage?: string } {
  return { ...(name === undefined ? {} : { name }), ...(stage === undefined ? {} : { stage }) };
}
