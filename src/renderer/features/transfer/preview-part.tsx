import { FileX, Lightbulb, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import styles from './transfer.module.css';

/** The answer in words, and as a bar: there, copied, to copy. */
export function PreviewPart({
  preview,
  copied,
  isOld,
  help,
}: {
  readonly preview: TransferPreview;
  /** Bytes of those to copy that are there now. */
  readonly copied: number;
  /** It answers an older question. */
  readonly isOld: boolean;
  /** Buttons that help where a document is larger than BuildKit reads. */
  readonly help: ReactNode;
}) {
  const all = Math.max(1, preview.copyBytes + preview.skipBytes);
  const missing = preview.blobs.filter((blob) => blob.state === 'missing');
  const parts = [
    ['there already', styles.there, preview.skipBytes],
    ['copied', styles.copied, copied],
    ['to copy', styles.toCopy, preview.copyBytes - copied],
  ] as const;
  const isOversized = (preview.oversized ?? []).length > 0;
  const left = leftOut(preview);
  return (
    <section className={styles.preview} aria-label="What is copied" data-old={isOld || undefined}>
      <p className={styles.words} role="status">
        <b className="medium">Plan</b> <span className="t2">{previewSentence(preview)}</span>
      </p>
      <div className={styles.bar} role="img" aria-label={barLabel(preview, copied)}>
        {parts.map(
          ([name, className, bytes]) =>
            bytes > 0 && <i key={name} className={className} style={{ flexGrow: bytes / all }} />,
        )}
      </div>
      <div className={styles.legend}>
        {parts.map(([name, className, bytes]) => (
          <span key={name}>
            <i className={classNames(styles.swatch, className)} /> {name} <Bytes bytes={bytes} className="t2" />
          </span>
        ))}
        {missing.length > 0 && (
          <span>
            <Icon of={FileX} size={12} className={styles.missing} /> not in the source{' '}
            <span className="t2 num">{countOf(missing.length, 'blob')}</span>
          </span>
        )}
      </div>
      {preview.warnings.length + left.length > 0 && (
        <ul className={styles.notes} aria-label="Notes">
          {preview.warnings.map((warning) => (
            <li key={warning}>
              <Icon of={isOversized ? TriangleAlert : Lightbulb} /> {warning}
            </li>
          ))}
          {left.map((note) => (
            <li key={note}>
              <Icon of={Lightbulb} /> {note}
            </li>
          ))}
        </ul>
      )}
      {isOversized && help}
    </section>
  );
}

/** `47 records: 13 blobs, 1.01 MiB, to copy. 15 blobs, 2.65 MiB, are there already.` */
export function previewSentence({ records, copyBlobs, copyBytes, skipBlobs, skipBytes }: TransferPreview): string {
  const of = countOf(records, 'record');
  const there =
    skipBlobs === 0
      ? ''
      : ` ${countOf(skipBlobs, 'blob')}, ${formatBytes(skipBytes)}, ${isAre(skipBlobs)} there already.`;
  if (copyBlobs === 0) return `${of}. Nothing to copy: only the references are written.${there}`;
  return `${of}: ${countOf(copyBlobs, 'blob')}, ${formatBytes(copyBytes)}, to copy.${there}`;
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function leftOut({ resultsLeftOut }: TransferPreview): string[] {
  if (resultsLeftOut === 0) return [];
  return [`${countOf(resultsLeftOut, 'result')} ${isAre(resultsLeftOut)} left out: their blobs are not in the source.`];
}

function barLabel({ copyBytes, skipBytes }: TransferPreview, copied: number): string {
  return `${formatBytes(skipBytes)} there already, ${formatBytes(copied)} copied, ${formatBytes(copyBytes - copied)} to copy`;
}
