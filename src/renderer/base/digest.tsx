import { Check, Copy } from 'lucide-react';
import { shortDigest } from '../../shared/oci/digest.ts';
import { classNames } from './class-names.ts';
import { useCopy } from './clipboard.ts';
import styles from './digest.module.css';
import { Icon } from './icon.tsx';

/** `8…4` hex digits; the whole digest on hover, and on focus where it is a button. */
export function Digest({
  digest,
  copy = true,
  className,
}: {
  readonly digest: string;
  /** `true`: a button that copies. `mouse`: the same, but no tab stop of its own (inside a grid, where `y` copies). */
  readonly copy?: boolean | 'mouse';
  readonly className?: string | undefined;
}) {
  const clipboard = useCopy();
  const text = (
    <bdi dir="ltr" className={styles.hex}>
      {shortDigest(digest)}
    </bdi>
  );
  if (copy === false) {
    return (
      <span className={classNames(styles.digest, className)} data-tip={digest}>
        {text}
      </span>
    );
  }
  return (
    <button
      type="button"
      className={classNames(styles.digest, styles.copy, className)}
      data-tip={clipboard.copied ? 'Copied' : digest}
      aria-label={`Copy ${shortDigest(digest)}, ${digest}`}
      {...(copy === 'mouse' ? { tabIndex: -1 } : {})}
      onClick={(event) => {
        event.stopPropagation();
        clipboard.copy(digest);
      }}
    >
      {text}
      <Icon of={clipboard.copied ? Check : Copy} size={12} className={styles.icon} />
    </button>
  );
}
