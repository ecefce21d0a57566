import { CircleX, RotateCcw } from 'lucide-react';
import type { Sync } from '../../../shared/model/sync.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { Time } from '../../base/time.tsx';
import styles from './service.module.css';
import { openErrors } from './sync-numbers.ts';
import { useSyncActions } from './use-sync-actions.ts';

/** What is in the way, when it is tried again, and trying it now. Nothing where nothing is. */
export function SyncErrors({ syncs }: { readonly syncs: readonly Sync[] }) {
  const { retry } = useSyncActions();
  const open = syncs.flatMap((sync) => openErrors(sync).map((found) => ({ sync, ...found })));
  if (open.length === 0) return null;
  return (
    <section className={styles.block} aria-label="Errors">
      <div role="alert">
        <h3 className={styles.heading}>
          Errors <span className="t3">{open.length} open</span>
        </h3>
        <ul>
          {open.map(({ sync, what, error, failures, nextAt }) => (
            <li key={`${sync.id} ${what}`} className={styles.error}>
              <span className={styles.bad}>
                <Icon of={CircleX} size={14} />
              </span>
              <div className={styles.errorText}>
                <p>
                  {error.message} <bdi className="t3">{error.subject}</bdi>
                </p>
                {error.hint !== undefined && <p className="t3">{error.hint}</p>}
              </div>
              <span className="t3 nowrap">
                {failures > 1 && `${failures} times `}
                {nextAt !== undefined && (
                  <>
                    next try <Time at={nextAt} />
                  </>
                )}
              </span>
              <Button icon={RotateCcw} onPress={() => void retry(sync)}>
                Retry
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
