/** How far a long computation is: what it does, and how much of it is done. */
export interface Step {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/**
 * A long computation cut into steps of a few milliseconds. It yields between them, so that whoever drives it can
 * answer others, report progress, or drop it. Pure: nothing is shared with its driver but the result.
 */
export type Steps<T> = Generator<Step, T, undefined>;

/** How many rows a step works on: a few milliseconds of the slowest loop. */
export const STEP_ROWS = 16_384;

/** Drives a computation to its end at once, without its pauses. */
export function runSteps<T>(steps: Generator<unknown, T, undefined>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

/** Calls `row` for 0 … total − 1, one step for each `STEP_ROWS`. */
export function* eachRow(phase: string, total: number, row: (index: number) => void): Steps<void> {
  for (let start = 0; start < total; start += STEP_ROWS) {
    const end = Math.min(total, start + STEP_ROWS);
    for (let index = start; index < end; index += 1) row(index);
    yield { phase, done: end, total };
  }
}
