import { ChevronRight, ShieldX } from 'lucide-react';
import type { Damage } from '../../../shared/model/damage.ts';
import { Digest } from '../../base/digest.tsx';
import { Icon } from '../../base/icon.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { Time } from '../../base/time.tsx';
import styles from './damage-part.module.css';

/** Lines before the rest is only counted. */
const SHOWN = 20;

/** What was taken out of a store as damaged, and what becomes of it. */
export function QuarantineList({ blobs }: { readonly blobs: Damage['quarantined'] }) {
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  return (
    <details className={styles.quarantine}>
      <summary className={styles.summary}>
        <Icon of={ChevronRight} size={14} className={styles.chevron} />
        <Icon of={ShieldX} className="t3" />
        <span className="medium">In quarantine</span>
        <span className={styles.sub}>
          {countOf(blobs.length, 'blob')}, <Bytes bytes={bytes} />: served to nobody, deleted when the trash is emptied
        </span>
      </summary>
      <ul className={styles.kept}>
        {blobs.slice(0, SHOWN).map(({ digest, size, problem, at }) => (
          <li key={`${digest} ${at}`} className={styles.one}>
            <Digest digest={digest} />
            <Bytes bytes={size} className="right" />
            <Time at={at} className="t2" />
            <span className="t2 ellipsis" data-tip={problem}>
              {problem}
            </span>
          </li>
        ))}
        {blobs.length > SHOWN && <li className="t3">and {blobs.length - SHOWN} more</li>}
      </ul>
    </details>
  );
}
