import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { formatBytes, formatCount, formatExactBytes } from '../../../shared/base/bytes.ts';
import { formatDuration, parseTime } from '../../../shared/base/time.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { UsageTotals } from '../../../shared/model/usage.ts';
import { sourceHref } from '../../base/address.ts';
import { classNames } from '../../base/class-names.ts';
import { countOf } from '../../base/quantity.tsx';
import { relativeTime, useNow } from '../../base/time.tsx';
import { useRead } from '../../client/hooks.ts';
import { type About, aboutInput } from './about.ts';
import styles from './totals-strip.module.css';
import { useDisk } from './use-disk.ts';

/** The numbers somebody came for, in the order of the question: how big, how shared, how much could go. */
export function TotalsStrip({ totals, ...about }: About & { readonly totals: Totals }) {
  const { source, cacheRef } = about;
  const filter = cacheRef === undefined ? undefined : `ref:=${cacheRef}`;
  const { du } = cacheRef === undefined ? source : {};
  const isListing = !source.can.verify;
  return (
    <section className={styles.strip} aria-label="Totals">
      {du ? (
        <UsageFigures du={du} blobBytes={isListing ? undefined : totals.deduplicatedBytes} />
      ) : (
        <LayerFigures totals={totals} />
      )}
      {cacheRef === undefined && !du && <DiskFigure source={source} />}
      <Figure
        label="Records"
        value={formatCount(totals.records)}
        href={sourceHref(source.id, 'keys', { filter })}
        narrow
      >
        {isListing ? 'links not listed' : countOf(totals.links, 'link')}
      </Figure>
      <Figure
        label="Layers"
        value={isListing ? '–' : formatCount(totals.blobs)}
        href={sourceHref(source.id, 'layers')}
        narrow
      >
        {isListing ? (
          'not listed'
        ) : totals.missingBlobs > 0 ? (
          <span className={styles.bad}>{countOf(totals.missingBlobs, 'blob')} missing</span>
        ) : (
          countOf(totals.results, 'result')
        )}
      </Figure>
      <AgeFigure {...about} />
    </section>
  );
}

/** BuildKit's own figures, and the part of it that layers as blobs can say. */
function UsageFigures({
  du,
  blobBytes,
}: {
  readonly du: UsageTotals;
  /** `undefined` for a listing, which tells of none. */
  readonly blobBytes: number | undefined;
}) {
  return (
    <>
      <Figure label="On disk, by BuildKit" value={<Size bytes={du.totalBytes} />} exact={du.totalBytes}>
        {countOf(du.records, 'record')} of du
      </Figure>
      <Figure
        label="Reclaimable"
        isReclaimable
        value={<Size bytes={du.reclaimableBytes} />}
        exact={du.reclaimableBytes}
      >
        {du.reclaimableBytes === du.totalBytes ? 'nothing is in use' : 'what is not in use'}
      </Figure>
      {blobBytes === undefined ? (
        <Figure label="As blobs" value="–">
          not listed
        </Figure>
      ) : (
        <Figure label="As blobs" value={<Size bytes={blobBytes} />} exact={blobBytes}>
          can be exported
        </Figure>
      )}
    </>
  );
}

/** What the layers of results add up to. */
function LayerFigures({ totals }: { readonly totals: Totals }) {
  return (
    <>
      <Figure label="Total, each alone" value={<Size bytes={totals.totalBytes} />} exact={totals.totalBytes}>
        {countOf(totals.results, 'chain')} added up
      </Figure>
      <Figure label="Deduplicated" value={<Size bytes={totals.deduplicatedBytes} />} exact={totals.deduplicatedBytes}>
        {totals.deduplicatedBytes > 0
          ? `${(totals.totalBytes / totals.deduplicatedBytes).toFixed(1)}× shared`
          : 'empty'}
      </Figure>
      <Figure
        label="Reclaimable"
        isReclaimable
        value={<Size bytes={totals.reclaimableBytes} />}
        exact={totals.reclaimableBytes}
      >
        by pruning all
      </Figure>
    </>
  );
}

/** The whole folder, trash and all; nothing for what is no folder. */
function DiskFigure({ source }: { readonly source: About['source'] }) {
  const { parts } = useDisk(source).data ?? {};
  if (!parts) return null;
  const later = parts.trashBytes + parts.setAsideBytes;
  const detail = later > 0 ? `${formatBytes(later)} in the trash` : `${formatBytes(parts.freeBytes ?? 0)} free`;
  return (
    <Figure label="On disk" value={<Size bytes={parts.totalBytes} />} exact={parts.totalBytes}>
      {detail}
    </Figure>
  );
}

function Size({ bytes }: { readonly bytes: number }) {
  const [value, unit] = formatBytes(bytes).split(' ');
  return (
    <>
      {value} <small>{unit}</small>
    </>
  );
}

function AgeFigure(about: About) {
  const now = useNow();
  const ages = useRead('overview.ages', { ...aboutInput(about), bins: AGE_BINS });
  const oldest = parseTime(ages.data?.oldest);
  const newest = parseTime(ages.data?.newest);
  if (oldest === undefined || newest === undefined) {
    return (
      <Figure label="Oldest to newest" value="–">
        {ages.data ? 'no times recorded' : ''}
      </Figure>
    );
  }
  const [amount, unit] = formatDuration(newest - oldest).split(' ');
  return (
    <Figure
      label="Oldest to newest"
      value={
        <>
          {amount} <small>{unit} apart</small>
        </>
      }
      tip={`${ages.data?.oldest}\n${ages.data?.newest}`}
    >
      newest {shortRelative(newest, now)}
    </Figure>
  );
}

/** `5 h ago`: the larger unit is enough here. */
function shortRelative(atMs: number, nowMs: number): string {
  const text = relativeTime(atMs, nowMs);
  return text.endsWith(' ago') ? `${text.split(' ').slice(0, 2).join(' ')} ago` : text;
}

/** One question to the engine for the strip and the chart. */
export const AGE_BINS = 30;

function Figure({
  label,
  value,
  exact,
  tip,
  href,
  isReclaimable = false,
  narrow = false,
  children,
}: {
  readonly label: string;
  readonly value: ReactNode;
  /** Exact bytes, on hover and focus. */
  readonly exact?: number;
  readonly tip?: string;
  readonly href?: string;
  readonly isReclaimable?: boolean;
  readonly narrow?: boolean;
  readonly children: ReactNode;
}) {
  const words = exact === undefined ? tip : formatExactBytes(exact);
  const body = (
    <>
      <span className={classNames(styles.label, isReclaimable && styles.reclaimable)}>{label}</span>
      <span
        className={classNames(styles.value, 'num')}
        {...(words === undefined ? {} : { 'data-tip': words })}
        {...(words === undefined || href !== undefined ? {} : { tabIndex: 0 })}
      >
        {value}
      </span>
      <span className={styles.detail}>{children}</span>
    </>
  );
  const className = classNames(styles.figure, narrow && styles.narrow);
  return href === undefined ? (
    <div className={className}>{body}</div>
  ) : (
    <Link href={href} className={classNames(className, styles.link)}>
      {body}
    </Link>
  );
}
