import { Lightbulb } from 'lucide-react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import { countOf } from '../../base/quantity.tsx';
import styles from './transfer.module.css';
import type { TransferState } from './transfer-state.ts';

/** The answer in words, and as a bar: there, copied, to copy. */
export function PreviewPart({ preview, state }: { readonly preview: TransferPreview; readonly state: TransferState }) {
  const all = Math.max(1, preview.copyBytes + preview.skipBytes);
  const copied = copiedBytes(preview, state);
  const parts = [
    [styles.there, preview.skipBytes],
    [styles.copied, copied],
    [styles.toCopy, preview.copyBytes - copied],
  ] as const;
  const notes = [...preview.warnings, ...leftOut(preview)];
  return (
    <section
      className={styles.preview}
      aria-label="What is copied"
      data-old={state.phase === 'previewing' || undefined}
    >
      <p className={styles.words} role="status">
        <b className="medium">Plan</b> <span className="t2">{previewSentence(preview)}</span>
      </p>
      <div className={styles.bar} role="img" aria-label={barLabel(preview, copied)}>
        {parts.map(
          ([className, bytes]) =>
            bytes > 0 && <i key={className} className={className} style={{ flexGrow: bytes / all }} />,
        )}
      </div>
      <div className={styles.legend}>
        <span>
          <i className={classNames(styles.swatch, styles.there)} /> there already
        </span>
        <span>
          <i className={classNames(styles.swatch, styles.copied)} /> copied
        </span>
        <span>
          <i className={classNames(styles.swatch, styles.toCopy)} /> to copy
        </span>
      </div>
      {notes.length > 0 && (
        <ul className={styles.notes} aria-label="Notes">
          {notes.map((note) => (
            <li key={note}>
              <Icon of={Lightbulb} /> {note}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** `13 blobs, 1.01 MiB to copy. 15 blobs, 2.65 MiB are there already.` */
export function previewSentence({ copyBlobs, copyBytes, skipBlobs, skipBytes }: TransferPreview): string {
  const there =
    skipBlobs === 0
      ? ''
      : ` ${countOf(skipBlobs, 'blob')}, ${formatBytes(skipBytes)}, ${isAre(skipBlobs)} there already.`;
  if (copyBlobs === 0) return `Nothing to copy: only the references are written.${there}`;
  return `${countOf(copyBlobs, 'blob')}, ${formatBytes(copyBytes)}, to copy.${there}`;
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function leftOut({ resultsLeftOut }: TransferPreview): string[] {
  if (resultsLeftOut === 0) return [];
  return [`${countOf(resultsLeftOut, 'result')} ${isAre(resultsLeftOut)} left out: their blobs are not in the source.`];
}

function copiedBytes(preview: TransferPreview, state: TransferState): number {
  if (state.phase === 'done') return preview.copyBytes;
  if (state.phase !== 'running' || state.job.progress.unit !== 'bytes') return 0;
  return Math.min(preview.copyBytes, state.job.progress.total === undefined ? 0 : state.job.progress.done);
}

function barLabel({ copyBytes, skipBytes }: TransferPreview, copied: number): string {
  return `${formatBytes(skipBytes)} there already, ${formatBytes(copied)} copied, ${formatBytes(copyBytes - copied)} to copy`;
}
