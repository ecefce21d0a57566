import { ArrowRight, CircleCheck, CircleX, FolderOpen, Info, RotateCcw, X } from 'lucide-react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { ProgressBar, ProgressRing } from '../../base/progress.tsx';
import { formatProgress, formatRate, formatTimeLeft } from '../../base/progress-text.ts';
import { countOf } from '../../base/quantity.tsx';
import { useNow } from '../../base/time.tsx';
import styles from './transfer.module.css';
import type { TargetKind } from './transfer-address.ts';
import type { TransferState } from './transfer-state.ts';

/** Start, progress, and what came of it. */
export function ActionBar({
  state,
  kind,
  targetName,
  onStart,
  onCancel,
  onAgain,
  onOpen,
}: {
  readonly state: TransferState;
  readonly kind: TargetKind;
  readonly targetName: string;
  readonly onStart: () => void;
  readonly onCancel: (jobId: string) => void;
  readonly onAgain: () => void;
  readonly onOpen: () => void;
}) {
  switch (state.phase) {
    case 'running':
      return <Running job={state.job} onCancel={() => onCancel(state.job.id)} />;
    case 'done':
      return (
        <section className={styles.action} aria-label="Transfer">
          <Icon of={CircleCheck} size={16} className={styles.hit} />
          <div className={styles.actionWords}>
            <p role="status">
              <b className="semi">
                {countOf(state.report.blobsCopied, 'blob')}, {formatBytes(state.report.bytesCopied)}, copied.{' '}
                {state.report.blobsSkipped > 0 && `${countOf(state.report.blobsSkipped, 'blob')} were there.`}
              </b>
            </p>
            <p className={styles.actionNote}>
              Every blob was checked against its digest. The references lead to it now.
            </p>
          </div>
          <span className="spring" />
          <Button icon={RotateCcw} onPress={onAgain}>
            Another transfer
          </Button>
          <Button variant="primary" icon={FolderOpen} onPress={onOpen}>
            Open the target
          </Button>
        </section>
      );
    case 'failed':
    case 'cancelled':
      return (
        <section className={styles.action} aria-label="Transfer">
          <Icon of={state.phase === 'failed' ? CircleX : Info} size={16} className={styles.quiet} />
          <div className={styles.actionWords}>
            <p role="status">
              <b className="semi">{state.phase === 'failed' ? 'It failed part way.' : 'It was cancelled.'}</b>
            </p>
            <p className={styles.actionNote}>
              What was copied stays; no reference names it yet. Starting again copies only what is missing.
            </p>
          </div>
          <span className="spring" />
          <Button onPress={onAgain}>Back</Button>
          <Button variant="primary" icon={RotateCcw} onPress={onStart}>
            Start again
          </Button>
        </section>
      );
    case 'ready':
    case 'previewing': {
      const preview = state.phase === 'ready' ? state.preview : state.previous;
      if (!preview) return null;
      return (
        <section className={styles.action} aria-label="Transfer">
          <Icon of={ArrowRight} size={16} className={styles.quiet} />
          <div className={styles.actionWords}>
            <p>
              <b className="semi">
                {kind === 'store' ? 'Import into' : 'Export to'} {targetName}
              </b>
            </p>
            <p className={styles.actionNote}>
              The references there change last: until then nothing leads to what is copied. Cancel any time.
            </p>
          </div>
          <span className="spring" />
          <Button variant="primary" icon={ArrowRight} isDisabled={state.phase !== 'ready'} onPress={onStart}>
            {buttonText(preview)}
          </Button>
        </section>
      );
    }
    default:
      return null;
  }
}

function buttonText({ copyBlobs }: TransferPreview): string {
  return copyBlobs === 0 ? 'Write the references' : `Copy ${countOf(copyBlobs, 'blob')}`;
}

function Running({ job, onCancel }: { readonly job: Job; readonly onCancel: () => void }) {
  const nowMs = useNow();
  const { progress, startedAt } = job;
  const share = progress.total ? progress.done / progress.total : undefined;
  const figures = [
    formatProgress(progress),
    formatRate(progress),
    formatTimeLeft(progress, startedAt, Math.max(nowMs, startedAt)),
  ];
  return (
    <section className={styles.action} aria-label="Transfer">
      <ProgressRing share={share} size={16} />
      <div className={styles.actionWords}>
        <p>
          <b className="semi">{progress.phase}</b> <span className="t3">{job.title}</span>
        </p>
        <ProgressBar share={share} label={job.title} text={formatProgress(progress)} />
      </div>
      <span className={styles.figures}>{figures.filter((text) => text !== undefined).join(', ')}</span>
      <Button icon={X} onPress={onCancel}>
        Cancel
      </Button>
    </section>
  );
}
