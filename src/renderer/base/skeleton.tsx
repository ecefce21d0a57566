import { type ReactNode, useEffect, useState } from 'react';
import { classNames } from './class-names.ts';
import styles from './skeleton.module.css';

/** Below this a skeleton would only flash. */
const SHOW_MS = 120;

/** True once `waiting` has been true for 120 ms without a break. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SHOW_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && slow;
}

/** A grey bar in the place of a text; `width` in px or as a share (`60%`). */
export function SkeletonBar({ width, height = 8 }: { readonly width: number | string; readonly height?: number }) {
  return <span className={styles.bar} style={{ width, height }} />;
}

/** Keeps the final geometry while something loads: shows its children after 120 ms, and says what is loading. */
export function Skeleton({
  label,
  children,
  className,
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}) {
  const slow = useSlow(true);
  return (
    <div className={classNames(styles.skeleton, className)} data-visible={slow || undefined} aria-busy="true">
      <span className="visually-hidden" role="status">
        {slow ? label : ''}
      </span>
      <div aria-hidden="true">{children}</div>
    </div>
  );
}

/** Rows of the usual height, fading out downwards. */
export function SkeletonRows({
  label,
  rows = 8,
  height = 28,
}: {
  readonly label: string;
  readonly rows?: number;
  readonly height?: number;
}) {
  return (
    <Skeleton label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <div key={row} className={styles.row} style={{ height, opacity: 1 - (row / rows) * 0.85 }}>
          <SkeletonBar width={14} />
          <SkeletonBar width={84} />
          <SkeletonBar width={`${26 + ((row * 37) % 34)}%`} />
          <span className="spring" />
          <SkeletonBar width={48} />
        </div>
      ))}
    </Skeleton>
  );
}
