import { useJobs } from '../../client/hooks.ts';

/** `1 running`, beside Jobs at the foot of the sources pane. */
export function JobsNote() {
  const running = useJobs()?.filter((job) => job.state === 'running').length ?? 0;
  return running > 0 ? `${running} running` : null;
}
