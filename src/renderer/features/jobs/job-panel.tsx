import { RotateCcw, X } from 'lucide-react';
import { Link } from 'wouter';
import { formatDuration } from '../../../shared/base/time.ts';
import type { Job } from '../../../shared/model/job.ts';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { CopyButton } from '../../base/copy-button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { ProgressBar } from '../../base/progress.tsx';
import { formatProgress, formatRate, formatTimeLeft } from '../../base/progress-text.ts';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { Time } from '../../base/time.tsx';
import { useJob } from '../../client/hooks.ts';
import { jobOutcome } from './job-outcome.ts';
import styles from './job-panel.module.css';
import { jobShare } from './job-progress.ts';
import { JobMark } from './job-row.tsx';
import { useJobActions } from './use-job-actions.ts';

/** One job: its state, what it came to, and what can be done. */
export function JobPanel({ value }: InspectorPanelProps) {
  const job = useJob(value);
  if (!job) return <p className="t3 fs12">This job is no longer on the list.</p>;
  return <JobDetails job={job} />;
}

/** What stays when a job is cancelled now. */
const IF_CANCELLED: Readonly<Record<Job['kind'], string>> = {
  open: 'The source leaves the list. Nothing was written to it.',
  verify: 'What was checked is forgotten. Nothing was changed.',
  quarantine: 'Nothing has moved while blobs are still being read; what has moved is listed with the store.',
  mend: 'Blobs that were copied stay. Running it again copies only what is still missing.',
  import: 'Copied blobs stay; no reference names them yet. Starting again copies only what is missing.',
  export: 'Copied blobs stay; no reference names them yet. Starting again copies only what is missing.',
  prune: 'What has moved to the trash stays there and can be brought back.',
  collect: 'What was deleted is gone, unless the bucket keeps versions; the rest stays. The plan can be applied again.',
  touch: 'What was renewed stays so. Running it again renews the rest.',
  undo: 'What has come back stays. Running it again brings back the rest.',
  'empty-trash': 'What was deleted stays deleted. Running it again deletes the rest.',
};

function JobDetails({ job }: { readonly job: Job }) {
  const { cancel, retry } = useJobActions(job);
  const nowMs = job.endedAt ?? Date.now();
  return (
    <>
      <div className={styles.head}>
        <JobMark job={job} />
        <h2 className={styles.title}>{job.title}</h2>
        <span className={styles.state}>{job.state}</span>
      </div>
      {job.state === 'running' && (
        <div className={styles.progress}>
          <ProgressBar share={jobShare(job)} label={job.title} text={formatProgress(job.progress)} />
          <div className={styles.figures}>
            <span>{formatProgress(job.progress)}</span>
            <span className="t2">
              {[formatRate(job.progress), formatTimeLeft(job.progress, job.startedAt, nowMs)]
                .filter((part) => part !== undefined)
                .join(', ')}
            </span>
          </div>
        </div>
      )}
      {job.error && <ErrorState error={job.error} title="It failed" isCompact />}
      <Section title="Facts">
        <KeyValues>
          {job.state !== 'running' && job.state !== 'failed' && jobOutcome(job) !== '' && (
            <KeyValue label="Outcome">{jobOutcome(job)}</KeyValue>
          )}
          {job.state === 'running' && <KeyValue label="Doing">{job.progress.phase}</KeyValue>}
          {job.state === 'running' && job.progress.subject !== undefined && (
            <KeyValue label="Now at">
              <bdi className="mono11">{job.progress.subject}</bdi>
            </KeyValue>
          )}
          <KeyValue label="Started">
            <Time at={job.startedAt} isFocusable />
          </KeyValue>
          <KeyValue label={job.endedAt === undefined ? 'So far' : 'Took'}>
            {formatDuration(nowMs - job.startedAt)}
          </KeyValue>
        </KeyValues>
      </Section>
      <JobReport job={job} />
      {job.state === 'running' && (
        <Section title="If you cancel">
          <p className={styles.text}>{IF_CANCELLED[job.kind]}</p>
        </Section>
      )}
      <div className={styles.actions}>
        {job.state === 'running' && (
          <Button icon={X} onPress={cancel}>
            Cancel
          </Button>
        )}
        {(job.state === 'failed' || job.state === 'cancelled') && (
          <Button icon={RotateCcw} onPress={retry}>
            Run it again
          </Button>
        )}
      </div>
    </>
  );
}

function JobReport({ job }: { readonly job: Job }) {
  const { result } = job;
  if (result?.kind === 'verify' && result.report.details.length > 0) {
    return (
      <Section
        title="Bad blobs"
        note={result.report.details.length}
        action={
          job.sourceId !== undefined && (
            <Link href={sourceHref(job.sourceId, 'overview')} className={styles.link}>
              Who needs them
            </Link>
          )
        }
      >
        <ul className={styles.bad}>
          {result.report.details.slice(0, 100).map((detail) => (
            <li key={`${detail.code} ${detail.subject}`}>
              <bdi className="mono11">{detail.subject}</bdi>
              <div className="t2">{detail.message}</div>
            </li>
          ))}
        </ul>
      </Section>
    );
  }
  if ((result?.kind === 'mend' || result?.kind === 'quarantine') && result.report.leftAlone.length > 0) {
    const { leftAlone } = result.report;
    return (
      <Section title="Left alone" note={leftAlone.length}>
        <ul className={styles.bad}>
          {leftAlone.slice(0, 100).map(({ digest, reason }) => (
            <li key={digest}>
              <bdi className="mono11">{digest}</bdi>
              <div className="t2">{reason}</div>
            </li>
          ))}
        </ul>
      </Section>
    );
  }
  if (result?.kind === 'import' || result?.kind === 'export') {
    const { commands, warnings } = result.report;
    return (
      <>
        {warnings.length > 0 && (
          <Section title="Notes" note={warnings.length}>
            <ul className={styles.text}>
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Section>
        )}
        {commands.length > 0 && (
          <Section title="Use it" action={<CopyButton text={commands.join('\n')} label="Copy the lines" />}>
            <pre className={styles.code}>{commands.join('\n')}</pre>
          </Section>
        )}
      </>
    );
  }
  return null;
}
