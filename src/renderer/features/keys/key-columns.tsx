import type { ReactNode } from 'react';
import type { RecordRow } from '../../../shared/model/record.ts';
import { Digest } from '../../base/digest.tsx';
import { Bytes, Count } from '../../base/quantity.tsx';
import { Time } from '../../base/time.tsx';
import type { GridColumn } from '../../widgets/grid/grid-column.ts';
import { RecordName } from '../../widgets/record-name.tsx';
import { SizeBar } from '../../widgets/size-bar.tsx';
import styles from './keys.module.css';

/**
 * The columns of the Keys table, in their first order.
 * @param maxBytes the largest own size of the rows that match: the full length of a bar
 * @param hasRefs several caches lie in the source, so that it matters which one a record is of
 * @param hasUsage the source has BuildKit's own figures
 */
export function keyColumns(maxBytes: number, hasRefs: boolean, hasUsage: boolean): readonly GridColumn<RecordRow>[] {
  return [
    {
      id: 'digest',
      title: 'Digest',
      widthPx: 128,
      minPx: 110,
      priority: 1,
      isFixed: true,
      sortField: 'digest',
      skeletonPx: 92,
      cell: (row) => <Digest digest={row.digest} copy="mouse" />,
    },
    {
      id: 'step',
      title: 'Step',
      widthPx: 260,
      minPx: 216,
      flexible: true,
      priority: 0,
      isFixed: true,
      sortField: 'name',
      cell: (row) => <Step row={row} />,
    },
    count('inputs', 'Inputs', 'In', 34, 5, (row) => row.inputs),
    count('results', 'Results', 'Res', 38, 6, (row) => row.results),
    count('users', 'Users', undefined, 48, 4, (row) => row.users),
    {
      id: 'own',
      title: 'Own',
      widthPx: 140,
      minPx: 76,
      priority: 0,
      align: 'end',
      sortField: 'own',
      largestFirst: true,
      cell: (row) => (
        <>
          {row.ownBytes > 0 && (
            <SizeBar
              className={styles.bar ?? ''}
              ownBytes={row.ownBytes}
              addsBytes={row.addsBytes}
              reclaimableBytes={row.reclaimableBytes}
              maxBytes={maxBytes}
              isDecorative
            />
          )}
          <span className={styles.size}>
            <Size bytes={row.ownBytes} />
          </span>
        </>
      ),
    },
    size('adds', 'Adds', undefined, 68, 2, (row) => row.addsBytes),
    size('shared', 'Shared', undefined, 72, 8, (row) => row.sharedBytes, true),
    size('reclaimable', 'Only this', undefined, 72, 7, (row) => row.reclaimableBytes, true),
    count('layers', 'Layers', undefined, 50, 9, (row) => row.layers, true),
    {
      id: 'ref',
      title: 'Reference',
      widthPx: 96,
      priority: 10,
      ...(hasRefs ? {} : { offAtFirst: true }),
      sortField: 'ref',
      cell: (row) => (
        <bdi dir="ltr" className="ellipsis" data-tip={row.ref}>
          {row.ref}
        </bdi>
      ),
    },
    {
      id: 'created',
      title: 'Created',
      widthPx: 80,
      priority: 3,
      align: 'end',
      sortField: 'created',
      largestFirst: true,
      skeletonPx: 56,
      cell: (row) => <Time at={row.createdAt} className="t2" isBare />,
    },
    ...(hasUsage ? USAGE_COLUMNS : [absent('used', 'Last used'), absent('uses', 'Uses')]),
  ];
}

/** The step; of one that is not known at least where it stands. */
function Step({ row }: { readonly row: RecordRow }) {
  const place = row.inputs === 0 ? 'a root' : row.users === 0 ? 'nothing builds on it' : undefined;
  return (
    <>
      <RecordName record={row} isBesideDigest />
      {row.name === undefined && place !== undefined && <span className={styles.place}>{place}</span>}
    </>
  );
}

/** What only a daemon knows of its records. */
const USAGE_COLUMNS: readonly GridColumn<RecordRow>[] = [
  {
    id: 'used',
    title: 'Last used',
    widthPx: 80,
    priority: 3,
    align: 'end',
    sortField: 'used',
    largestFirst: true,
    skeletonPx: 56,
    cell: (row) => <Time at={row.usage?.lastUsedAt} className="t2" isBare />,
  },
  {
    ...number('uses', 'Uses', undefined, 44, 7, false),
    minPx: 30,
    skeletonPx: 8,
    cell: (row) =>
      row.usage ? (
        <Count count={row.usage.usageCount} className={row.usage.usageCount === 0 ? 't3' : 't2'} />
      ) : (
        <span className="t3">–</span>
      ),
  },
  {
    id: 'type',
    title: 'Type',
    widthPx: 110,
    priority: 8,
    sortField: 'type',
    cell: (row) => <span className="ellipsis t2">{row.usage?.type}</span>,
  },
];

/** BuildKit keeps these in a daemon's state only. */
function absent(id: string, title: string): GridColumn<RecordRow> {
  return {
    id,
    title,
    widthPx: 80,
    priority: 11,
    unavailable: 'An OCI layout does not record it.',
    cell: () => null,
  };
}

function count(
  id: string,
  title: string,
  header: string | undefined,
  widthPx: number,
  priority: number,
  value: (row: RecordRow) => number,
  offAtFirst = false,
): GridColumn<RecordRow> {
  const cell = (row: RecordRow): ReactNode => <Count count={value(row)} className={value(row) === 0 ? 't3' : 't2'} />;
  return {
    ...number(id, title, header, widthPx, priority, offAtFirst),
    minPx: 30,
    skeletonPx: 8,
    cell,
  };
}

function size(
  id: string,
  title: string,
  header: string | undefined,
  widthPx: number,
  priority: number,
  value: (row: RecordRow) => number,
  offAtFirst = false,
): GridColumn<RecordRow> {
  return {
    ...number(id, title, header, widthPx, priority, offAtFirst),
    skeletonPx: 42,
    // Without a result there is nothing to add: a dash, not a zero.
    cell: (row) => (row.results === 0 && !row.usage ? <span className="t3">–</span> : <Size bytes={value(row)} />),
  };
}

function number(
  id: string,
  title: string,
  header: string | undefined,
  widthPx: number,
  priority: number,
  off: boolean,
) {
  return {
    id,
    title,
    ...(header === undefined ? {} : { header }),
    widthPx,
    priority,
    align: 'end',
    sortField: id,
    largestFirst: true,
    ...(off ? { offAtFirst: true } : {}),
  } as const;
}

function Size({ bytes }: { readonly bytes: number }) {
  return <Bytes bytes={bytes} className={bytes === 0 ? 't3' : ''} />;
}
