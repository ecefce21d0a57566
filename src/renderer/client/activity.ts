/** Counts what is under way, so that tests can wait for quiet instead of for time. */
export interface Activity {
  /** Notes the start of something; the returned function notes its end and may be called twice. */
  begin(): () => void;
  readonly count: number;
  /** Epoch ms (monotonic clock) of the last start or end. */
  readonly lastChangeMs: number;
}

/** A fresh counter. */
export function createActivity(): Activity {
  let count = 0;
  let lastChangeMs = performance.now();
  return {
    begin() {
      count += 1;
      lastChangeMs = performance.now();
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        count -= 1;
        lastChangeMs = performance.now();
      };
    },
    get count() {
      return count;
    },
    get lastChangeMs() {
      return lastChangeMs;
    },
  };
}

/** What is under way in this page: calls to the engine, and layouts that a view is computing. */
export const pageActivity: Activity = createActivity();
