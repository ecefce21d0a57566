import { Workflow } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RecordRow } from '../../../shared/model/record.ts';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { Digest } from '../../base/digest.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { EmptyStore, isEmptyStore } from '../../widgets/empty-store.tsx';
import { RecordName } from '../../widgets/record-name.tsx';
import { SizeBar } from '../../widgets/size-bar.tsx';
import styles from './graph.module.css';
import { useStartingPoints } from './use-starting-points.ts';

/** No focus yet: where one would begin. */
export function StartingPoints({ source, onPick }: { readonly source: Source; readonly onPick: (id: string) => void }) {
  const { points, error, retry } = useStartingPoints(source.id);
  if (error) return <ErrorState error={error} actions={<Button onPress={retry}>Try again</Button>} />;
  if (isEmptyStore(source)) return <EmptyStore store={source} />;
  if (source.totals?.records === 0) {
    return (
      <EmptyState icon={Workflow} title="There are no records, so there is no graph">
        The config of this cache lists none.
      </EmptyState>
    );
  }
  if (!source.can.links) {
    return (
      <EmptyState icon={Workflow} title="A listing has no links, so there is no graph">
        It tells of records and what they take, not of the keys that lead to them. Open the daemon’s state folder to
        follow its links.
      </EmptyState>
    );
  }
  if (!points) return <SkeletonRows label="Looking for records to start at" rows={10} height={36} />;
  return (
    <div className={styles.start}>
      <p className={styles.lead}>
        The graph is drawn around one record: what it was made from to the left, who uses it below. Start at the end of
        a build, or at what is largest.
      </p>
      <PointList
        title="Ends of the builds"
        note="nobody uses them"
        rows={points.ends}
        sourceId={source.id}
        onPick={onPick}
      >
        Every record is used by another one.
      </PointList>
      <PointList
        title="Largest records"
        note="with their chains"
        rows={points.largest}
        sourceId={source.id}
        onPick={onPick}
      >
        No record has a result.
      </PointList>
    </div>
  );
}

function PointList({
  title,
  note,
  rows,
  sourceId,
  onPick,
  children,
}: {
  readonly title: string;
  readonly note: string;
  readonly rows: readonly RecordRow[];
  readonly sourceId: string;
  readonly onPick: (id: string) => void;
  readonly children: ReactNode;
}) {
  const max = rows.reduce((most, row) => Math.max(most, row.ownBytes), 0);
  return (
    <section className={styles.points}>
      <h2 className={styles.pointsTitle}>
        {title} <span className="t3">{note}</span>
      </h2>
      {rows.length === 0 && <p className="t3 fs12">{children}</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <a
              className={styles.point}
              href={sourceHref(sourceId, 'graph', { from: row.id })}
              onClick={(event) => {
                event.preventDefault();
                onPick(row.id);
              }}
            >
              <RecordName record={row} isBesideDigest />
              <Digest digest={row.digest} copy={false} />
              <span className="t3">{countOf(row.inputs, 'input')}</span>
              <SizeBar {...row} maxBytes={max} isDecorative />
              <Bytes bytes={row.ownBytes} className="right" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
