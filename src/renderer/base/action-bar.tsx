import type { ReactNode } from 'react';
import styles from './action-bar.module.css';

/** The last word of a view, always in sight at its foot: what will happen, happens or has happened, and its buttons. */
export function ActionBar({
  label,
  mark,
  title,
  isNews = false,
  note,
  progress,
  figures,
  actions,
}: {
  readonly label: string;
  /** An icon or a ring. */
  readonly mark: ReactNode;
  readonly title: ReactNode;
  /** `true`: screen readers say the title when it appears. */
  readonly isNews?: boolean;
  /** Small, below the title. */
  readonly note?: ReactNode;
  /** A bar below the title. */
  readonly progress?: ReactNode;
  /** Numbers beside the buttons. */
  readonly figures?: ReactNode;
  readonly actions: ReactNode;
}) {
  return (
    <section className={styles.bar} aria-label={label}>
      {mark}
      <div className={styles.words}>
        <p className={styles.title} {...(isNews ? { role: 'status' } : {})}>
          {title}
        </p>
        {note !== undefined && <p className={styles.note}>{note}</p>}
        {progress}
      </div>
      {figures !== undefined && <span className={styles.figures}>{figures}</span>}
      {actions}
    </section>
  );
}
