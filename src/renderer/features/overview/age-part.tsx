import { formatBytes } from '../../../shared/base/bytes.ts';
import { printFilter } from '../../../shared/base/filter/index.ts';
import { formatDuration } from '../../../shared/base/time.ts';
import type { AgeBin } from '../../../shared/model/overview.ts';
import { sourceHref } from '../../base/address.ts';
import { ErrorState } from '../../base/error-state.tsx';
import { countOf } from '../../base/quantity.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useRead } from '../../client/hooks.ts';
import { AgeHistogram } from '../../viz/timeline/age-histogram.tsx';
import { findBursts, formatDay } from '../../viz/timeline/scale.ts';
import { type About, aboutInput } from './about.ts';
import styles from './age-part.module.css';
import type { Lit } from './lit.ts';
import { AGE_BINS } from './totals-strip.tsx';

/** When the bytes were made. A bin leads to its records. */
export function AgePart({ lit, ...about }: About & { readonly lit: Lit | undefined }) {
  const read = useRead('overview.ages', { ...aboutInput(about), bins: AGE_BINS });
  const bins = read.data?.bins ?? [];
  const [first] = bins;
  return (
    <section className={styles.part} aria-label="Age">
      <div className={styles.head}>
        <h2 className="medium">Age</h2>
        <span className={styles.sub}>
          {first ? `bytes made in each ${shortDuration(first.toMs - first.fromMs)}` : 'bytes by creation time'}
        </span>
      </div>
      {read.error && <ErrorState error={read.error} isCompact />}
      {!read.data && !read.error && <SkeletonRows label="Loading the ages" rows={5} />}
      {read.data && bins.length === 0 && <p className={styles.words}>The source records no creation times.</p>}
      {bins.length > 0 && (
        <>
          <AgeHistogram bins={bins} highlightMs={lit?.createdMs} hrefOf={(bin) => hrefOf(about, bin)} />
          <p className={styles.words}>{inWords(bins)}</p>
        </>
      )}
    </section>
  );
}

/**
 * The records of a bin, in Keys. A bin ends before `toMs` and both may lie within a millisecond; a range of the filter
 * language holds both its ends, in whole milliseconds.
 */
function hrefOf({ source, cacheRef }: About, bin: AgeBin): string {
  const place = { negated: false, at: 0, end: 0 };
  const created = {
    type: 'range' as const,
    from: Math.ceil(bin.fromMs),
    to: Math.max(bin.fromMs, Math.ceil(bin.toMs) - 1),
  };
  const filter = printFilter(
    {
      terms: [
        { ...place, type: 'field', field: 'created', tests: [created] },
        ...(cacheRef === undefined
          ? []
          : [{ ...place, type: 'field' as const, field: 'ref', tests: [{ type: 'equals' as const, text: cacheRef }] }]),
      ],
    },
    'keys',
  );
  return sourceHref(source.id, 'keys', { filter });
}

/** The larger unit of a duration is enough for a subtitle. */
function shortDuration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : formatDuration(ms).split(' ').slice(0, 2).join(' ');
}

/** Longer than any one build. */
const LONG_MS = 3_600_000;

/** What the chart shows, as a sentence. */
function inWords(bins: readonly AgeBin[]): string {
  const bursts = findBursts(bins);
  const [first, last] = [bins[0] ?? NONE, bins.at(-1) ?? NONE];
  const spanMs = last.toMs - first.fromMs;
  if (bursts.length === 1 && spanMs > LONG_MS) {
    const most = largestOf(bins);
    const when = `in the ${shortDuration(most.toMs - most.fromMs)} from ${formatInstant(most.fromMs, spanMs)}`;
    const range = `${formatInstant(first.fromMs, spanMs)} to ${formatInstant(last.toMs, spanMs)}`;
    return `Made all along, ${range} UTC. The most, ${formatBytes(most.bytes)}, ${when}.`;
  }
  const most = largestOf(bursts);
  const what = `${countOf(most.records, 'record')} and ${formatBytes(most.bytes)}`;
  const at = formatInstant(most.fromMs, spanMs);
  if (bursts.length === 1) return `All were made in one go: ${what} on ${at} UTC.`;
  return `${bursts.length} bursts of building. The largest added ${what} on ${at} UTC.`;
}

function largestOf<T extends { readonly bytes: number }>(list: readonly T[]): T | typeof NONE {
  return list.reduce<T | typeof NONE>((most, one) => (one.bytes > most.bytes ? one : most), NONE);
}

/** A day, and the time too where all is within two days. */
function formatInstant(atMs: number, spanMs: number): string {
  const time = new Date(atMs).toISOString().slice(11, 19);
  return spanMs < 2 * 86_400_000 ? `${formatDay(atMs)}, ${time}` : formatDay(atMs);
}

const NONE = { fromMs: 0, toMs: 0, records: 0, bytes: 0 };
