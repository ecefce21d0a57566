import type { JobProgress } from '../../../shared/model/job.ts';
import type { RawProgress } from '../ports/jobs.ts';

/** Time after which an old measurement counts for 1/e: jumps are smoothed, a real change shows within some seconds. */
const SMOOTHING_MS = 3_000;
/** Shorter steps are added up first: their rate would be noise. */
const MIN_STEP_MS = 200;
/** Before this much of a phase is over, any estimate of the rest would jump about. */
const ESTIMATE_AFTER_MS = 3_000;

/**
 * Adds a smoothed rate and the time left to what a job reports. A new phase or unit starts over.
 * Pure but for what it remembers: the time comes in with each report.
 */
export function createRate(): (progress: RawProgress, now: number) => JobProgress {
  let key = '';
  let phaseAt = 0;
  let lastAt = 0;
  let lastDone = 0;
  let rate: number | undefined;

  return (progress, now) => {
    const thisKey = `${progress.phase}\n${progress.unit}`;
    if (thisKey !== key || progress.done < lastDone) {
      key = thisKey;
      phaseAt = now;
      lastAt = now;
      lastDone = progress.done;
      rate = undefined;
    }
    const stepMs = now - lastAt;
    if (stepMs >= MIN_STEP_MS) {
      const current = ((progress.done - lastDone) / stepMs) * 1000;
      const weight = 1 - Math.exp(-stepMs / SMOOTHING_MS);
      rate = rate === undefined ? current : rate + weight * (current - rate);
      lastAt = now;
      lastDone = progress.done;
    }
    const leftMs =
      rate !== undefined && rate > 0 && progress.total !== undefined && now - phaseAt >= ESTIMATE_AFTER_MS
        ? Math.max(0, ((progress.total - progress.done) / rate) * 1000)
        : undefined;
    return {
      ...progress,
      ...(rate === undefined ? {} : { rate }),
      ...(leftMs === undefined ? {} : { leftMs }),
    };
  };
}
