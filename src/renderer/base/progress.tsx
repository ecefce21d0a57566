import { classNames } from './class-names.ts';
import styles from './progress.module.css';

const RADIUS = 5.5;
const LENGTH = 2 * Math.PI * RADIUS;

/** A ring that fills; it turns where the share is not known. Words beside it say what it is, so it is hidden from screen readers. */
export function ProgressRing({
  share,
  size = 14,
}: {
  /** 0 to 1; absent: not known. */
  readonly share: number | undefined;
  readonly size?: number;
}) {
  return (
    <svg
      viewBox="0 0 14 14"
      width={size}
      height={size}
      aria-hidden="true"
      className={classNames(styles.ring, share === undefined && styles.turning)}
    >
      <circle cx="7" cy="7" r={RADIUS} className={styles.ground} />
      <circle
        cx="7"
        cy="7"
        r={RADIUS}
        className={styles.arc}
        strokeDasharray={`${LENGTH * (share ?? 0.25)} ${LENGTH}`}
      />
    </svg>
  );
}

/** A bar that fills, with the words a screen reader says. */
export function ProgressBar({
  share,
  label,
  text,
}: {
  readonly share: number | undefined;
  readonly label: string;
  /** `910 KiB of 1.01 MiB`. */
  readonly text?: string;
}) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(share === undefined ? {} : { 'aria-valuenow': Math.round(share * 100) })}
      {...(text === undefined ? {} : { 'aria-valuetext': text })}
      className={classNames(styles.bar, share === undefined && styles.unknown)}
    >
      <div className={styles.fill} style={{ scale: `${share ?? 0.3} 1` }} />
    </div>
  );
}
