import type { ReactNode } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import { Bytes } from '../../base/quantity.tsx';
import styles from './table-view.module.css';

/** The line of totals below a table. */
export function Footer({ children }: { readonly children: ReactNode }) {
  return (
    <section className={styles.footer} aria-label="Totals">
      {children}
    </section>
  );
}

/** A total with its meaning: sizes of different meaning are never added up. */
export function Sum({ label, bytes }: { readonly label: string; readonly bytes: number | undefined }) {
  return (
    <span className={styles.sum}>
      <span className="t3">{label}</span>
      {bytes === undefined ? <span className="t3">…</span> : <Bytes bytes={bytes} isFocusable />}
    </span>
  );
}

/** A total in words: `Filter 28 records`. */
export function SumText({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <span className={styles.sum}>
      <span className="t3">{label}</span>
      <b>{children}</b>
    </span>
  );
}

/** The part of the footer that is about what someone has chosen. */
export function SelectionSums({ count, children }: { readonly count: number; readonly children: ReactNode }) {
  return (
    <>
      <span className={styles.divider} />
      <b className={styles.selected}>{formatCount(count)} selected</b>
      {children}
    </>
  );
}
