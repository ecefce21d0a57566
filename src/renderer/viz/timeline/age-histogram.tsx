import { type KeyboardEvent, useRef, useState } from 'react';
import { Link } from 'wouter';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { AgeBin } from '../../../shared/model/overview.ts';
import type { RecordKind } from '../../../shared/model/record.ts';
import { classNames } from '../../base/class-names.ts';
import { countOf } from '../../base/quantity.tsx';
import { kindColor } from '../../widgets/kind-glyph.tsx';
import styles from './age-histogram.module.css';
import { formatDay, formatTick } from './scale.ts';

/** Order of the stack, from the bottom. */
const KINDS: readonly RecordKind[] = ['copy', 'exec', 'source', 'mount', 'merge', 'content', 'unknown'];

/**
 * Bytes by creation time. Each bin that holds something is a link; one tab stop, arrow keys go from bin to bin.
 * `highlightMs` lights the bin of a record that is pointed at elsewhere.
 */
export function AgeHistogram({
  bins,
  hrefOf,
  highlightMs,
}: {
  readonly bins: readonly AgeBin[];
  readonly hrefOf: (bin: AgeBin) => string;
  readonly highlightMs: number | undefined;
}) {
  const [active, setActive] = useState(0);
  const row = useRef<HTMLDivElement>(null);
  const first = bins[0];
  const last = bins.at(-1);
  if (!first || !last) return null;
  const spanMs = last.toMs - first.fromMs;
  const most = Math.max(1, ...bins.map((bin) => bin.bytes));
  const full = bins.flatMap((bin, at) => (bin.records > 0 ? [at] : []));
  const current = full.includes(active) ? active : full[0];

  const press = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = full.indexOf(current ?? -1);
    const next = event.key === 'Home' ? full[0] : event.key === 'End' ? full.at(-1) : full[at + (step ?? 0)];
    if ((step === undefined && event.key !== 'Home' && event.key !== 'End') || next === undefined) return;
    event.preventDefault();
    setActive(next);
    row.current?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus();
  };

  return (
    <div className={styles.chart}>
      <div className={styles.most} aria-hidden="true">
        {formatBytes(most)}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form controls, these are links */}
      <div ref={row} className={styles.plot} role="group" aria-label="Bytes by creation time" onKeyDown={press}>
        {bins.map((bin, at) => {
          const isLit = highlightMs !== undefined && highlightMs >= bin.fromMs && highlightMs < bin.toMs;
          if (bin.records === 0) return <span key={bin.fromMs} className={styles.bin} />;
          const words = `${formatTick(bin.fromMs, spanMs)} to ${formatTick(bin.toMs, spanMs)} UTC`;
          const holds = `${countOf(bin.records, 'record')}, ${formatBytes(bin.bytes)}`;
          return (
            <Link
              key={bin.fromMs}
              href={hrefOf(bin)}
              data-at={at}
              tabIndex={at === current ? 0 : -1}
              aria-label={`${words}: ${holds}. Show these records`}
              data-tip={`${formatDay(bin.fromMs)}, ${words}\n${holds}`}
              data-tip-name=""
              className={classNames(styles.bin, styles.full, isLit && styles.lit)}
              onFocus={() => setActive(at)}
            >
              <span className={styles.stack} style={{ height: `max(2px, ${((bin.bytes / most) * 100).toFixed(2)}%)` }}>
                {KINDS.map((kind) => {
                  const bytes = bin.byKind[kind] ?? 0;
                  return bytes > 0 ? <i key={kind} style={{ flexGrow: bytes, background: kindColor(kind) }} /> : null;
                })}
              </span>
            </Link>
          );
        })}
      </div>
      <div className={styles.axis} aria-hidden="true">
        {[0, 1 / 3, 2 / 3, 1].map((share) => (
          <span key={share}>{formatTick(first.fromMs + spanMs * share, spanMs)}</span>
        ))}
      </div>
    </div>
  );
}
