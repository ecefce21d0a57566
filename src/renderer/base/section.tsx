import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './section.module.css';

/** A headed part of the inspector, divided from the one above by a hairline. */
export function Section({
  title,
  note,
  action,
  children,
}: {
  readonly title: string;
  /** A count or a word beside the title. */
  readonly note?: ReactNode;
  /** At the right end of the heading. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles.section} aria-label={title}>
      <h3 className={styles.heading}>
        <span>{title}</span>
        {note !== undefined && <span className={styles.note}>{note}</span>}
        {action !== undefined && <span className={styles.action}>{action}</span>}
      </h3>
      {children}
    </section>
  );
}

/** A list of labelled values; label column 104 px. */
export function KeyValues({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return <dl className={classNames(styles.list, className)}>{children}</dl>;
}

/** One of them. Numbers are right-aligned. */
export function KeyValue({
  label,
  isNumber = false,
  children,
}: {
  readonly label: string;
  readonly isNumber?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <>
      <dt className={styles.label}>{label}</dt>
      <dd className={classNames(styles.value, isNumber && styles.number, isNumber && 'num')}>{children}</dd>
    </>
  );
}
