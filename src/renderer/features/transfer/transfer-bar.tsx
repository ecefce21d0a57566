import { ArrowRight, CircleCheck, CircleX, FolderOpen, Info, RotateCcw, X } from 'lucide-react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { ActionBar } from '../../base/action-bar.tsx';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { ProgressBar, ProgressRing } from '../../base/progress.tsx';
import { formatProgress, formatRate, formatTimeLeft } from '../../base/progress-text.ts';
import { countOf } from '../../base/quantity.tsx';
import { useNow } from '../../base/time.tsx';
import styles from './transfer.module.css';
import type { TargetKind } from './transfer-address.ts';
import type { TransferState } from './transfer-state.ts';

/** Starts the transfer from the keyboard. */
export const START_KEYS = 'mod+Enter';

interface TransferBarProps {
  readonly state: TransferState;
  readonly kind: TargetKind;
  readonly targetName: string;
  readonly onStart: () => void;
  readonly onCancel: (jobId: string) => void;
  readonly onAgain: () => void;
  readonly onOpen: () => void;
}

/** Start, progress, and what came of it. */
export function TransferBar(props: TransferBarProps) {
  const { state, onCancel } = props;
  switch (state.phase) {
    case 'running':
      return <Running job={state.job} onCancel={() => onCancel(state.job.id)} />;
    case 'done':
      return <Done {...props} state={state} />;
    case 'failed':
    case 'cancelled':
      return <CutOff {...props} state={state} />;
    case 'ready':
      return <Ready {...props} preview={state.preview} isReady />;
    case 'previewing':
      return <Ready {...props} preview={state.previous} isReady={false} />;
    default:
      return null;
  }
}

function Ready({
  preview,
  isReady,
  kind,
  targetName,
  onStart,
}: TransferBarProps & { readonly preview: TransferPreview | undefined; readonly isReady: boolean }) {
  return (
    <ActionBar
      label="Transfer"
      mark={<Icon of={ArrowRight} size={16} className={styles.quiet} />}
      title={
        <b>
          {kind === 'store' ? 'Import into' : 'Export to'} <bdi dir="ltr">{targetName}</bdi>
        </b>
      }
      note="The references change last: until then nothing leads to what is copied."
      actions={
        <Button variant="primary" icon={ArrowRight} isDisabled={!isReady} onPress={onStart} keys={START_KEYS}>
          {startText(preview)}
        </Button>
      }
    />
  );
}

function startText(preview: TransferPreview | undefined): string {
  if (!preview) return 'Copy';
  return preview.copyBlobs === 0 ? 'Write the references' : `Copy ${countOf(preview.copyBlobs, 'blob')}`;
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
    <ActionBar
      label="Transfer"
      mark={<ProgressRing share={share} size={16} />}
      title={
        <span className={styles.oneLine}>
          <b>{progress.phase}</b> <span className="t3">{job.title}</span>
        </span>
      }
      progress={<ProgressBar share={share} label={job.title} text={formatProgress(progress)} />}
      figures={figures.filter((text) => text !== undefined).join(', ')}
      actions={
        <Button icon={X} onPress={onCancel}>
          Cancel
        </Button>
      }
    />
  );
}

function Done({
  state: { report },
  onAgain,
  onOpen,
}: TransferBarProps & { readonly state: Extract<TransferState, { readonly phase: 'done' }> }) {
  return (
    <ActionBar
      label="Transfer"
      mark={<Icon of={CircleCheck} size={16} className={styles.hit} />}
      title={
        <b>
          {countOf(report.blobsCopied, 'blob')}, {formatBytes(report.bytesCopied)}, copied.
          {report.blobsSkipped > 0 &&
            ` ${countOf(report.blobsSkipped, 'blob')} ${report.blobsSkipped === 1 ? 'was' : 'were'} there.`}
        </b>
      }
      isNews
      note="Every blob was checked. The references lead to it now."
      actions={
        <>
          <Button icon={RotateCcw} onPress={onAgain}>
            Another transfer
          </Button>
          <Button variant="primary" icon={FolderOpen} onPress={onOpen}>
            Open the target
          </Button>
        </>
      }
    />
  );
}

function CutOff({
  state: { phase, rest },
  onAgain,
  onStart,
}: TransferBarProps & { readonly state: Extract<TransferState, { readonly phase: 'failed' | 'cancelled' }> }) {
  return (
    <ActionBar
      label="Transfer"
      mark={<Icon of={phase === 'failed' ? CircleX : Info} size={16} className={styles.quiet} />}
      title={<b>{phase === 'failed' ? 'It failed part way.' : 'It was cancelled.'}</b>}
      isNews
      note={restSentence(rest)}
      actions={
        <>
          <Button onPress={onAgain}>Back</Button>
          <Button variant="primary" icon={RotateCcw} onPress={onStart} keys={START_KEYS}>
            Run again
          </Button>
        </>
      }
    />
  );
}

/** What stays, and what is left to do. */
function restSentence(rest: TransferPreview | undefined): string {
  if (rest?.copyBlobs === 0) return 'All blobs are there: only the references are left to write.';
  if (!rest) return 'What was copied stays. The next run copies only the rest.';
  return `What was copied stays. The rest: ${countOf(rest.copyBlobs, 'blob')}, ${formatBytes(rest.copyBytes)}.`;
}
