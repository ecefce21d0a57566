import { eachRow, STEP_ROWS, type Step, type Steps } from '../streams/steps.ts';

/**
 * Row → its place when the rows are sorted by `text`; equal texts keep their order. A natural merge sort: linear for
 * rows that are sorted already, as BuildKit writes them, or that consist of a few sorted runs.
 */
export function* rankRows(phase: string, text: (row: number) => string, count: number): Steps<Uint32Array> {
  let starts = yield* findRuns(phase, text, count);
  let rows = new Uint32Array(count);
  yield* eachRow(phase, count, (row) => {
    rows[row] = row;
  });
  // Sorted already: every row is in its place.
  if (starts.length <= 2) return rows;
  let spare = new Uint32Array(count);
  while (starts.length > 2) {
    const merged: number[] = [0];
    for (let run = 0; run + 1 < starts.length; run += 2) {
      const [from, middle] = [starts[run] as number, starts[run + 1] as number];
      const to = starts[run + 2] ?? middle;
      yield* merge({ phase, text, rows, spare, from, middle, to });
      merged.push(to);
    }
    [rows, spare] = [spare, rows];
    starts = merged;
  }
  const rank = new Uint32Array(count);
  yield* eachRow(phase, count, (place) => {
    rank[rows[place] as number] = place;
  });
  return rank;
}

/** Where sorted runs begin, and the end: `[0, …, count]`. */
function* findRuns(phase: string, text: (row: number) => string, count: number): Steps<number[]> {
  const starts = [0];
  let before = count > 0 ? text(0) : '';
  for (let row = 1; row < count; row += 1) {
    const own = text(row);
    if (own < before) starts.push(row);
    before = own;
    if (row % STEP_ROWS === 0) yield step(phase, row, count);
  }
  starts.push(count);
  return starts;
}

function* merge(work: {
  phase: string;
  text: (row: number) => string;
  rows: Uint32Array;
  spare: Uint32Array;
  from: number;
  middle: number;
  to: number;
}): Steps<void> {
  const { phase, text, rows, spare, from, middle, to } = work;
  let left = from;
  let right = middle;
  for (let at = from; at < to; at += 1) {
    const takeLeft = left < middle && (right >= to || text(rows[left] as number) <= text(rows[right] as number));
    spare[at] = (takeLeft ? rows[left++] : rows[right++]) as number;
    if (at % STEP_ROWS === 0) yield step(phase, at, rows.length);
  }
}

function step(phase: string, done: number, total: number): Step {
  return { phase, done, total };
}
