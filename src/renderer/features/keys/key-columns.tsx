import type { ReactNode } from 'react';
import { RECORD_FIELDS } from '../../../shared/fields/index.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { Digest } from '../../base/digest.tsx';
import { Bytes, Count } from '../../base/quantity.tsx';
import { Time } from '../../base/time.tsx';
import { fieldColumn } from '../../widgets/grid/field-column.ts';
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
      ...of('digest'),
      widthPx: 128,
      minPx: 110,
      priority: 1,
      isFixed: true,
      skeletonPx: 92,
      cell: (row) => <Digest digest={row.digest} copy="mouse" />,
    },
    {
      ...of('name'),
      id: 'step',
      widthPx: 260,
      minPx: 216,
      flexible: true,
      priority: 0,
      isFixed: true,
      cell: (row) => <Step row={row} />,
    },
    count('inputs', 34, 5, (row) => row.inputs),
    count('results', 38, 6, (row) => row.results),
    count('users', 48, 4, (row) => row.users),
    {
      ...of('own'),
      widthPx: 140,
      minPx: 76,
      priority: 0,
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
    size('adds', 68, 2, (row) => row.addsBytes),
    size('shared', 72, 8, (row) => row.sharedBytes, true),
    size('reclaimable', 72, 7, (row) => row.reclaimableBytes, true),
    count('layers', 50, 9, (row) => row.layers, true),
    {
      ...of('ref'),
      widthPx: 96,
      priority: 10,
      ...(hasRefs ? {} : { offAtFirst: true }),
      cell: (row) => (
        <bdi dir="ltr" className="ellipsis" data-tip={row.ref}>
          {row.ref}
        </bdi>
      ),
    },
    {
      ...of('created'),
      widthPx: 80,
      priority: 3,
      skeletonPx: 56,
      cell: (row) => <Time at={row.createdAt} className="t2" isBare />,
    },
    ...(hasUsage ? USAGE_COLUMNS : [absent('used'), absent('uses')]),
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
    ...of('used'),
    widthPx: 80,
    priority: 3,
    skeletonPx: 56,
    cell: (row) => <Time at={row.usage?.lastUsedAt} className="t2" isBare />,
  },
  {
    ...number('uses', 44, 7, false),
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
    ...of('type'),
    widthPx: 110,
    priority: 8,
    cell: (row) => <span className="ellipsis t2">{row.usage?.type}</span>,
  },
];

/** BuildKit keeps these in a daemon's state only. */
function absent(field: string): GridColumn<RecordRow> {
  const { id, title } = of(field);
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
  field: string,
  widthPx: number,
  priority: number,
  value: (row: RecordRow) => number,
  offAtFirst = false,
): GridColumn<RecordRow> {
  const cell = (row: RecordRow): ReactNode => <Count count={value(row)} className={value(row) === 0 ? 't3' : 't2'} />;
  return {
    ...number(field, widthPx, priority, offAtFirst),
    minPx: 30,
    skeletonPx: 8,
    cell,
  };
}

function size(
  field: string,
  widthPx: number,
  priority: number,
  value: (row: RecordRow) => number,
  offAtFirst = false,
): GridColumn<RecordRow> {
  return {
    ...number(field, widthPx, priority, offAtFirst),
    skeletonPx: 42,
    // Without a result there is nothing to add: a dash, not a zero.
    cell: (row) => (row.results === 0 && !row.usage ? <span className="t3">–</span> : <Size bytes={value(row)} />),
  };
}

function number(field: string, widthPx: number, priority: number, off: boolean) {
  return { ...of(field), widthPx, priority, ...(off ? { offAtFirst: true } : {}) };
}

function of(field: string) {
  return fieldColumn(RECORD_FIELDS, field);
}

function Size({ bytes }: { readonly bytes: number }) {
  return <Bytes bytes={bytes} className={bytes === 0 ? 't3' : ''} />;
}
