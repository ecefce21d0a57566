import { Check, CircleX, LoaderCircle, type LucideIcon, Square } from 'lucide-react';
import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import type { Sync } from '../../../shared/model/sync.ts';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import { Time } from '../../base/time.tsx';
import styles from './service.module.css';
import { openErrors } from './sync-numbers.ts';

const COLUMNS = ['Source', 'Service', 'Synced', 'Asked for', 'Pushed', 'Skipped', 'No blob', 'Sent', 'Saved'] as const;

/** A row for each source; the chosen one is shown in full below. */
export function SyncTable({
  syncs,
  selectedId,
  onSelect,
}: {
  readonly syncs: readonly Sync[];
  readonly selectedId: string | undefined;
  readonly onSelect: (id: string) => void;
}) {
  return (
    <section className={styles.block} aria-label="Sources in step">
      <h3 className={styles.heading}>
        Sources <span className="t3">in this session</span>
      </h3>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              {COLUMNS.map((name, at) => (
                <th key={name} scope="col" className={at > 2 ? styles.number : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {syncs.map((sync) => (
              <tr key={sync.id} className={classNames(sync.id === selectedId && styles.selected)}>
                <th scope="row">
                  <button
                    type="button"
                    className={styles.name}
                    aria-pressed={sync.id === selectedId}
                    onClick={() => onSelect(sync.id)}
                  >
                    <SyncMark sync={sync} />
                    <bdi className="ellipsis" dir="ltr">
                      {sync.source}
                    </bdi>
                  </button>
                </th>
                <td>
                  <bdi className="mono11 ellipsis">{sync.url}</bdi>
                </td>
                <td>
                  <Time at={sync.export.lastAt} isBare />
                </td>
                <td className={styles.number}>{formatCount(sync.total.asked)}</td>
                <td className={styles.number}>{formatCount(sync.total.pushed)}</td>
                <td className={styles.number}>{formatCount(sync.total.skipped)}</td>
                <td className={styles.number}>{formatCount(sync.total.noBlob)}</td>
                <td className={styles.number}>{formatBytes(sync.total.bytesPushed)}</td>
                <td className={styles.number}>{formatBytes(sync.total.bytesSaved)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Whether it goes, as a sign with its words. */
function SyncMark({ sync }: { readonly sync: Sync }) {
  const [icon, tone, words] = markOf(sync);
  return (
    <span className={styles[tone]} data-tip={words}>
      <Icon of={icon} size={14} />
      <span className="visually-hidden">{words}: </span>
    </span>
  );
}

function markOf(sync: Sync): readonly [LucideIcon, 'good' | 'bad' | 'quiet', string] {
  if (openErrors(sync).length > 0) return [CircleX, 'bad', 'failing'];
  if (sync.state === 'done') return [Square, 'quiet', 'stopped'];
  const isBusy = sync.state !== 'running' || sync.export.isRunning || sync.import.isRunning;
  return isBusy ? [LoaderCircle, 'quiet', 'syncing'] : [Check, 'good', 'in step'];
}
