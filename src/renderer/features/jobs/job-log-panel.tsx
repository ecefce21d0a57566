import { useEffect } from 'react';
import { CopyButton } from '../../base/copy-button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { Section } from '../../base/section.tsx';
import { useJob, useRead } from '../../client/hooks.ts';
import styles from './job-log-panel.module.css';

/** How often the log of a running job is asked for. */
const ASK_MS = 1_000;

/** What a job said of itself. */
export function JobLogPanel({ value }: InspectorPanelProps) {
  const job = useJob(value);
  const log = useRead('jobs.log', { jobId: value }, { versioned: false });
  const { refetch } = log;
  const isRunning = job?.state === 'running';
  useEffect(() => {
    refetch();
    if (!isRunning) return;
    const timer = setInterval(refetch, ASK_MS);
    return () => clearInterval(timer);
  }, [isRunning, refetch]);
  if (log.error) return <ErrorState error={log.error} isCompact />;
  const lines = log.data ?? [];
  return (
    <Section
      title="Log"
      note={lines.length}
      action={
        <CopyButton
          text={() => lines.map((line) => `${clock(line.at)} ${line.text}`).join('\n')}
          label="Copy the log"
        />
      }
    >
      <ol className={styles.log}>
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows at its end
          <li key={at} className={styles.line}>
            <time className="t3">{clock(line.at)}</time>
            <span>{line.text}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Hours, minutes and seconds in UTC. */
function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}
