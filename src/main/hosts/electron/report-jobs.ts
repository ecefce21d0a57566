import type { EngineClient } from '../../../shared/contract/index.ts';

/**
 * Reports the titles of the running jobs each time that they change, until the engine ends. Reading a source does not count:
 * it changes nothing, and begins anew with the next window.
 */
export async function reportRunningJobs(
  { jobs }: Pick<EngineClient, 'jobs'>,
  report: (titles: readonly string[]) => void,
): Promise<void> {
  const running = new Map<string, string>();
  let reported = '';
  for await (const batch of await jobs.watch({})) {
    for (const { id, kind, state, title } of batch) {
      if (state === 'running' && kind !== 'open') running.set(id, title);
      else running.delete(id);
    }
    const titles = [...running.values()];
    if (titles.join('\n') === reported) continue;
    reported = titles.join('\n');
    report(titles);
  }
}
