import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Job, JobLogLine } from '../../../shared/model/job.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { REFERENCE_SCHEMES, type TargetKind, type TransferInput } from './transfer-address.ts';
import { type BlobsNow, withSubject } from './transfer-state.ts';

/** While a transfer runs, it is looked so often at what has arrived: at many blobs, which costs more, less often. */
const LOOK_MS = 700;
const LOOK_AT_MANY_MS = 5000;
const MANY_BLOBS = 2000;
/** With more blobs than this the bar is enough. */
const MOST_LOOKED_AT = 50_000;
const NOTHING: ReadonlySet<string> = new Set();

/** A transfer that was started here. */
export interface Started {
  readonly jobId: string;
  readonly kind: TargetKind;
  readonly input: TransferInput;
  readonly preview: TransferPreview | undefined;
}

/** How the blobs of a running transfer stand. */
export function useBlobsNow(started: Started | undefined, job: Job | undefined): BlobsNow {
  const isRunning = job?.state === 'running';
  const arrived = useArrived(started, isRunning);
  const subject = isRunning ? job.progress.subject : undefined;
  const jobId = job?.id;
  const [seen, setSeen] = useState<{ readonly jobId: string | undefined; readonly subjects: readonly string[] }>();
  useEffect(() => {
    if (subject === undefined) return;
    setSeen((before) => {
      const subjects = withSubject(before?.jobId === jobId ? (before?.subjects ?? []) : [], subject);
      return subjects === before?.subjects ? before : { jobId, subjects };
    });
  }, [jobId, subject]);
  const subjects = isRunning && seen?.jobId === jobId ? seen?.subjects : undefined;
  return useMemo(() => ({ arrived, copying: subjects ? new Set(subjects) : NOTHING }), [arrived, subjects]);
}

/** What the target has, of a preview. */
export function thereIn({ blobs }: Pick<TransferPreview, 'blobs'>): ReadonlySet<string> {
  return new Set(blobs.flatMap((blob) => (blob.state === 'there' ? [blob.digest] : [])));
}

/**
 * Digests that the target has by now, never more than a moment old. A target on this machine is looked at itself. A
 * registry would be asked for every blob again and again: there the log of the job says what has arrived.
 */
function useArrived(started: Started | undefined, isRunning: boolean): ReadonlySet<string> {
  const engine = useEngine();
  const preview = started?.preview;
  const count = preview?.blobs.length ?? 0;
  const isWanted = isRunning && preview !== undefined && count <= MOST_LOOKED_AT;
  const { data } = useQuery({
    queryKey: ['transfer.preview', 'arrived', started?.jobId],
    enabled: isWanted,
    refetchInterval: isWanted && (count > MANY_BLOBS ? LOOK_AT_MANY_MS : LOOK_MS),
    queryFn: async ({ signal }) => {
      if (!started || !preview) return NOTHING;
      if (REFERENCE_SCHEMES[started.kind] === undefined)
        return thereIn(await engine.transfer.preview(started.input, { signal }));
      return arrivedIn(await engine.jobs.log({ jobId: started.jobId }, { signal }), preview);
    },
  });
  return data ?? NOTHING;
}

/** The blobs of which a log says that they came to the target: copied, mounted, or found there at the last moment. */
export function arrivedIn(log: readonly JobLogLine[], { blobs }: TransferPreview): ReadonlySet<string> {
  const short = new Set(log.flatMap(({ text }) => /^(?:copied|mounted|there) ([^,\s]+)/.exec(text)?.[1] ?? []));
  return new Set(blobs.flatMap(({ digest }) => (short.has(shortDigest(digest)) ? [digest] : [])));
}
