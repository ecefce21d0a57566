import type { QueryClient } from '@tanstack/react-query';
import type { Activity } from '../client/activity.ts';

/** How long everything must have been quiet. */
const QUIET_MS = 100;

declare global {
  interface Window {
    /** For end-to-end tests: waits for quiet instead of for time. */
    cachewrightTest?: { whenIdle(): Promise<void> };
  }
}

/** Lets tests ask when the window has come to rest: no call in flight, no layout under way, no skeleton, no animation running, for 100 ms. */
export function exposeIdle(activity: Activity, queries: QueryClient): void {
  const isBusy = (): boolean => {
    // A skeleton also stands for a view whose code is on its way.
    if (document.querySelector('[aria-busy=true]')) return true;
    if (activity.count > 0 || queries.isFetching(ASKED) > 0 || queries.isMutating() > 0) return true;
    return document.getAnimations().some(delays);
  };
  window.cachewrightTest = {
    whenIdle: () =>
      new Promise((resolve) => {
        let quietSince = performance.now();
        const look = (): void => {
          const now = performance.now();
          if (isBusy()) quietSince = now;
          quietSince = Math.max(quietSince, activity.lastChangeMs);
          if (now - quietSince >= QUIET_MS) resolve();
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  };
}

/** Queries that ask something; the two pushed lists stay "fetching" for ever where nothing was pushed yet. */
const ASKED = {
  predicate: (query: { readonly queryKey: readonly unknown[] }) => !String(query.queryKey[0]).endsWith('.watch'),
};

/** An animation that comes to an end by itself. A progress bar moves as long as its job runs, and that may be waited for otherwise. */
function delays({ playState, effect }: Animation): boolean {
  const target = effect instanceof KeyframeEffect ? effect.target : null;
  if (playState !== 'running' || target?.closest('[role=progressbar]')) return false;
  return effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY;
}
