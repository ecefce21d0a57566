import type { AgeBin } from '../../../shared/model/overview.ts';
import type { RecordRow } from '../../../shared/model/record.ts';

/** Where the bins of an age histogram begin, and how wide each is (ms). The last one ends a millisecond after the newest record. */
export interface BinScale {
  readonly firstMs: number;
  readonly widthMs: number;
  readonly count: number;
}

/** Divides the time from the oldest to the newest record into bins of one width. Both epoch ms. */
export function binScale(oldestMs: number, newestMs: number, count: number): BinScale {
  return { firstMs: oldestMs, widthMs: (newestMs - oldestMs + 1) / count, count };
}

/** Fills the bins with how many records each has, and what their steps added, by kind. */
export function ageBins(
  { firstMs, widthMs, count }: BinScale,
  records: readonly { readonly bin: number; readonly records: number }[],
  sums: readonly { readonly bin: number; readonly kind: RecordRow['kind']; readonly bytes: number }[],
): AgeBin[] {
  const bins = Array.from({ length: count }, (_, at): AgeBin => {
    return { fromMs: firstMs + at * widthMs, toMs: firstMs + (at + 1) * widthMs, records: 0, bytes: 0, byKind: {} };
  });
  for (const one of records) {
    const bin = bins[one.bin];
    if (bin) bin.records = one.records;
  }
  for (const { bin: at, kind, bytes } of sums) {
    const bin = bins[at];
    if (bin === undefined) continue;
    bin.bytes += bytes;
    bin.byKind[kind] = bytes;
  }
  return bins;
}
