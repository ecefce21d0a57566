import { formatBytes } from '../../shared/base/bytes.ts';
import { classNames } from '../base/class-names.ts';
import styles from './size-bar.module.css';

/** The three parts of a record's own size, in bytes; together they are `ownBytes`. */
export function sizeParts(size: {
  readonly ownBytes: number;
  readonly addsBytes: number;
  readonly reclaimableBytes: number;
}): { readonly inherited: number; readonly added: number; readonly onlyThis: number } {
  const onlyThis = Math.min(size.ownBytes, size.reclaimableBytes);
  const added = Math.max(0, Math.min(size.ownBytes - onlyThis, size.addsBytes - onlyThis));
  return { inherited: Math.max(0, size.ownBytes - added - onlyThis), added, onlyThis };
}

/**
 * Hatched: inherited and shared. Grey: added here. Lime: only this keeps it. Its length is the own size against the
 * largest in view. Says its numbers on hover, and to screen readers unless the row beside it has them.
 */
export function SizeBar({
  ownBytes,
  addsBytes,
  reclaimableBytes,
  maxBytes,
  isDecorative = false,
  className,
}: {
  readonly ownBytes: number;
  readonly addsBytes: number;
  readonly reclaimableBytes: number;
  readonly maxBytes: number;
  readonly isDecorative?: boolean;
  readonly className?: string | undefined;
}) {
  const parts = sizeParts({ ownBytes, addsBytes, reclaimableBytes });
  const words = `${formatBytes(parts.inherited)} inherited, ${formatBytes(parts.added)} added, ${formatBytes(parts.onlyThis)} only this`;
  return (
    <span
      className={classNames(styles.track, className)}
      {...(isDecorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': words })}
      data-tip={words}
    >
      <span
        className={styles.bar}
        style={{ width: maxBytes > 0 ? `max(2px, ${((ownBytes / maxBytes) * 100).toFixed(2)}%)` : 0 }}
      >
        <i className={styles.inherited} style={{ flexGrow: parts.inherited }} />
        <i className={styles.added} style={{ flexGrow: parts.added }} />
        <i className={styles.onlyThis} style={{ flexGrow: parts.onlyThis }} />
      </span>
    </span>
  );
}

/** What the three looks of a size bar mean. */
export function SizeLegend({ className }: { readonly className?: string }) {
  return (
    <span className={classNames(styles.legend, className)}>
      <span>
        <i className={classNames(styles.swatch, styles.inherited)} />
        inherited
      </span>
      <span>
        <i className={classNames(styles.swatch, styles.added)} />
        added
      </span>
      <span>
        <i className={classNames(styles.swatch, styles.onlyThis)} />
        only this
      </span>
    </span>
  );
}
