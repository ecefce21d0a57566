import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import type { Sync, SyncReport } from '../../../shared/model/sync.ts';
import { Bytes } from '../../base/quantity.tsx';
import styles from './service.module.css';

/** What was asked for and what became of it, in this session. */
export function SyncTotals({ total, syncs }: { readonly total: SyncReport; readonly syncs: readonly Sync[] }) {
  const without = syncs.filter((sync) => sync.total.noBlob > 0).length;
  const cells: readonly (readonly [string, React.ReactNode, string])[] = [
    ['Asked for', formatCount(total.asked), 'records'],
    ['Pushed', formatCount(total.pushed), formatBytes(total.bytesPushed)],
    ['Skipped', formatCount(total.skipped), 'in the store already'],
    ['No blob', formatCount(total.noBlob), without === 0 ? 'every layer is a blob' : `of ${without} of the sources`],
    ['Saved by sharing', <Bytes key="saved" bytes={total.bytesSaved} />, 'not sent again'],
    ['Imported', formatCount(total.importedRecords), 'records of the team'],
  ];
  return (
    <dl className={styles.totals}>
      {cells.map(([label, value, note]) => (
        <div key={label}>
          <dt className={styles.totalLabel}>{label}</dt>
          <dd className={styles.totalValue}>{value}</dd>
          <dd className={styles.totalNote}>{note}</dd>
        </div>
      ))}
    </dl>
  );
}
