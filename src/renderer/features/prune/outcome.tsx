import type { ReactNode } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { PrunePlan } from '../../../shared/model/plan.ts';
import { classNames } from '../../base/class-names.ts';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { LimitRow } from './limit-row.tsx';
import styles from './prune.module.css';

/** What the policy does: the answer in words, the limit as a handle, before and after as bars of one scale. */
export function Outcome({
  plan,
  isOld,
  totalBytes,
  records,
  limit,
  onLimit,
  isDisabled,
  children,
}: {
  readonly plan: PrunePlan | undefined;
  /** The next plan is on its way. */
  readonly isOld: boolean;
  readonly totalBytes: number;
  readonly records: number;
  /** Bytes; `undefined` where the policy has no limit. */
  readonly limit: number | undefined;
  readonly onLimit: (text: string) => void;
  readonly isDisabled: boolean;
  readonly children?: ReactNode;
}) {
  const before = plan ? plan.keepBytes + plan.freedBytes : totalBytes;
  const scale = Math.max(1, before);
  const keptShare = plan ? plan.keepBytes / scale : Math.min(1, before);
  return (
    <section className={styles.outcome} aria-label="What it does" data-old={isOld || undefined}>
      <div className={styles.cardHead}>
        <h2>What it does</h2>
        <span className="spring" />
        <span className={styles.legend}>
          <span>
            <i className={classNames(styles.swatch, styles.stays)} /> stays
          </span>
          <span>
            <i className={classNames(styles.swatch, styles.goes)} /> goes
          </span>
        </span>
      </div>
      {children}
      <div className={styles.bars}>
        <span className="t3">Before</span>
        <div className={styles.track}>
          <i className={styles.stays} style={{ width: before > 0 ? '100%' : 0 }} />
        </div>
        <span className={styles.figures}>
          <Bytes bytes={before} className="medium" isFocusable />
          <span className="t3">{countOf(plan ? plan.goes.records + plan.stays.records : records, 'record')}</span>
        </span>
        <span className="t3">After</span>
        <div className={styles.track}>
          <i className={styles.stays} style={{ width: `${keptShare * 100}%` }} />
          {plan && plan.freedBytes > 0 && <i className={styles.goes} style={{ flex: 1 }} />}
        </div>
        <span className={styles.figures}>
          {plan ? (
            <>
              <Bytes bytes={plan.keepBytes} className="medium" isFocusable />
              {plan.freedBytes > 0 && <span className={styles.freed}>−{formatBytes(plan.freedBytes)}</span>}
            </>
          ) : (
            <span className="t3">set a limit</span>
          )}
        </span>
        <LimitRow scale={scale} limit={limit} onLimit={onLimit} isDisabled={isDisabled || before === 0} />
      </div>
    </section>
  );
}
