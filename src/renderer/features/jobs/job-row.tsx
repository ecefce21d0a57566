import { Ban, ChevronRight, CircleCheck, CircleX, RotateCcw, TriangleAlert, X } from 'lucide-react';
import { formatDuration } from '../../../shared/base/time.ts';
import type { Job } from '../../../shared/model/job.ts';
import { inspect } from '../../base/address.ts';
import { IconButton } from '../../base/button.tsx';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import { ProgressBar, ProgressRing } from '../../base/progress.tsx';
import { formatProgress, formatRate, formatTimeLeft } from '../../base/progress-text.ts';
import { jobOutcome } from './job-outcome.ts';
import { jobShare } from './job-progress.ts';
import styles from './job-row.module.css';
import { useJobActions } from './use-job-actions.ts';

/** Ring or mark, name, bar, done of total, rate, time left; cancel, retry, and its details in the inspector. */
export function JobRow({ job, isSelected }: { readonly job: Job; readonly isSelected: boolean }) {
  const { cancel, retry } = useJobActions(job);
  const isRunning = job.state === 'running';
  const nowMs = job.endedAt ?? Date.now();
  return (
    <li className={classNames(styles.row, isRunning && styles.running, isSelected && styles.selected)}>
      <JobMark job={job} />
      <button type="button" className={styles.main} onClick={() => inspect('job', job.id)}>
        <span className="ellipsis">{job.title}</span>
        {isRunning && (
          <>
            <ProgressBar share={jobShare(job)} label={job.title} text={formatProgress(job.progress)} />
            <span className={styles.detail}>
              {job.progress.phase}, {formatProgress(job.progress)}
            </span>
          </>
        )}
      </button>
      {isRunning ? (
        <span className={styles.pair}>
          <span className="num">{formatRate(job.progress) ?? ''}</span>
          <span className={styles.detail}>{formatTimeLeft(job.progress, job.startedAt, nowMs) ?? ''}</span>
        </span>
      ) : (
        <span
          className={classNames(styles.outcome, job.state === 'failed' && styles.failed)}
          data-tip={job.error?.message}
        >
          {jobOutcome(job)}
        </span>
      )}
      <span className={styles.time}>{formatDuration(nowMs - job.startedAt)}</span>
      <span className={styles.actions}>
        {isRunning && <IconButton icon={X} iconSize={14} label={`Cancel ${job.title}`} onPress={cancel} />}
        {(job.state === 'failed' || job.state === 'cancelled') && (
          <IconButton icon={RotateCcw} iconSize={14} label={`Retry ${job.title}`} onPress={retry} />
        )}
        <IconButton
          icon={ChevronRight}
          iconSize={14}
          label={`Details of ${job.title}`}
          onPress={() => inspect('job', job.id)}
        />
      </span>
    </li>
  );
}

/** The state of a job as a mark with its word for screen readers. */
export function JobMark({ job }: { readonly job: Job }) {
  const bad = foundDamage(job);
  const [icon, tone, word] = {
    running: [undefined, undefined, 'running'] as const,
    done: bad
      ? ([TriangleAlert, styles.damage, 'done, found damage'] as const)
      : ([CircleCheck, styles.done, 'done'] as const),
    failed: [CircleX, styles.failed, 'failed'] as const,
    cancelled: [Ban, styles.cancelled, 'cancelled'] as const,
  }[job.state];
  return (
    <span role="img" aria-label={word} className={styles.mark}>
      {icon ? <Icon of={icon} className={tone} /> : <ProgressRing share={jobShare(job)} />}
    </span>
  );
}

/** True for a verify that ended well and found something bad. */
function foundDamage({ result }: Job): boolean {
  return result?.kind === 'verify' && result.report.missing.length + result.report.corrupt.length > 0;
}
