import type { CacheErrorData } from '../../../shared/base/errors.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { TransferBlob, TransferPreview, TransferReport } from '../../../shared/model/transfer.ts';

/** Where a transfer stands. Derived: the engine holds the truth in its job and its preview. */
export type TransferState =
  | { readonly phase: 'choosing' }
  | { readonly phase: 'previewing'; readonly previous: TransferPreview | undefined }
  | { readonly phase: 'ready'; readonly preview: TransferPreview }
  | { readonly phase: 'running'; readonly preview: TransferPreview | undefined; readonly job: Job }
  | { readonly phase: 'done'; readonly preview: TransferPreview | undefined; readonly report: TransferReport }
  | {
      readonly phase: 'failed' | 'cancelled';
      readonly preview: TransferPreview | undefined;
      readonly error: CacheErrorData | undefined;
      /** What running it again would do; absent until it is known. */
      readonly rest: TransferPreview | undefined;
    }
  | { readonly phase: 'refused'; readonly error: CacheErrorData };

/** What the state is derived from. */
export interface TransferFacts {
  readonly hasTarget: boolean;
  readonly preview: TransferPreview | undefined;
  /** The preview answers an older question. */
  readonly isOld: boolean;
  readonly previewError: CacheErrorData | undefined;
  /** The preview as it was when the job began: what was to copy then. */
  readonly startedWith: TransferPreview | undefined;
  readonly job: Job | undefined;
}

export function transferState(facts: TransferFacts): TransferState {
  const { job, startedWith } = facts;
  if (job?.state === 'running') return { phase: 'running', preview: startedWith, job };
  if (job?.result?.kind === 'import' || job?.result?.kind === 'export') {
    return { phase: 'done', preview: startedWith, report: job.result.report };
  }
  if (job?.state === 'failed' || job?.state === 'cancelled') {
    const rest = facts.isOld || facts.previewError ? undefined : facts.preview;
    return { phase: job.state, preview: startedWith, error: job.error, rest };
  }
  if (!facts.hasTarget) return { phase: 'choosing' };
  if (facts.previewError) return { phase: 'refused', error: facts.previewError };
  if (facts.preview === undefined || facts.isOld) return { phase: 'previewing', previous: facts.preview };
  return { phase: 'ready', preview: facts.preview };
}

/** The preview in sight. */
export function shownPreview(state: TransferState): TransferPreview | undefined {
  if (state.phase === 'previewing') return state.previous;
  return 'preview' in state ? state.preview : undefined;
}

/** How the blobs that were to copy stand: digests that the target has by now, and those on their way. */
export interface BlobsNow {
  readonly arrived: ReadonlySet<string>;
  readonly copying: ReadonlySet<string>;
}

/** How a blob stands, as the table says it. */
export type BlobState = 'there' | 'to-copy' | 'waiting' | 'copying' | 'copied' | 'missing' | 'left';

/** How a blob stands now. `left`: was to copy when the transfer ended without it. */
export function blobState(
  blob: TransferBlob,
  phase: TransferState['phase'],
  { arrived, copying }: BlobsNow,
): BlobState {
  if (blob.state !== 'to-copy') return blob.state;
  if (phase === 'done' || arrived.has(blob.digest)) return 'copied';
  if (phase === 'running') return copying.has(blob.digest) ? 'copying' : 'waiting';
  return phase === 'failed' || phase === 'cancelled' ? 'left' : 'to-copy';
}

/** Of the bytes that were to copy, those that are there now, as far as the state alone says it. */
export function copiedBytes(preview: TransferPreview, state: TransferState): number {
  switch (state.phase) {
    case 'done':
      return preview.copyBytes;
    case 'failed':
    case 'cancelled':
      return state.rest ? Math.max(0, preview.copyBytes - state.rest.copyBytes) : 0;
    case 'running': {
      // Bytes are read and written for other ends too: those of a copy name their blob.
      const { unit, subject, done } = state.job.progress;
      return unit === 'bytes' && subject !== undefined ? Math.min(preview.copyBytes, done) : 0;
    }
    default:
      return 0;
  }
}

/** The most blobs that are shown as on their way: as many as are copied at once, more or less. */
const MOST_COPYING = 8;

/** The blobs named last by the progress of a job, the newest first. */
export function withSubject(subjects: readonly string[], subject: string | undefined): readonly string[] {
  if (subject === undefined || subjects[0] === subject) return subjects;
  return [subject, ...subjects.filter((one) => one !== subject)].slice(0, MOST_COPYING);
}
