import { formatBytes, formatCount, formatExactBytes } from '../../shared/base/bytes.ts';
import { classNames } from './class-names.ts';

interface QuantityProps {
  readonly className?: string | undefined;
  /** `true`: takes part in the tab order, so that the exact value can be had from the keyboard. Not inside a grid. */
  readonly isFocusable?: boolean;
}

/** A size in IEC units; exact bytes on hover and focus. */
export function Bytes({ bytes, className, isFocusable = false }: QuantityProps & { readonly bytes: number }) {
  return (
    <span
      className={classNames('num', className)}
      {...(bytes < 1024 ? {} : { 'data-tip': formatExactBytes(bytes) })}
      {...focusable(isFocusable && bytes >= 1024)}
    >
      {formatBytes(bytes)}
    </span>
  );
}

/** A count with groups of three. */
export function Count({ count, className }: { readonly count: number; readonly className?: string }) {
  return <span className={classNames('num', className)}>{formatCount(count)}</span>;
}

/** Attributes of a value that shows more on focus. */
export function focusable(wanted: boolean): { tabIndex?: number } {
  return wanted ? { tabIndex: 0 } : {};
}

/** `1 record`, `45 records`: the count with its word; `plural` for a word that does not just take an s. */
export function countOf(count: number, word: string, plural = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : plural}`;
}
