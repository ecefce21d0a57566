import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Job } from '../../../shared/model/job.ts';
import { countOf } from '../../base/quantity.tsx';

/** What a job that is over came to, in a few words. */
export function jobOutcome(job: Job): string {
  if (job.state === 'cancelled') return 'cancelled';
  if (job.state === 'failed')
    return [job.error?.code, job.error?.subject].filter((part) => part !== undefined).join(', ');
  const { result } = job;
  switch (result?.kind) {
    case 'verify': {
      const { checked, bytes, missing, corrupt } = result.report;
      const bad = missing.length + corrupt.length;
      return `${countOf(checked, 'blob')}, ${formatBytes(bytes)}, ${bad === 0 ? 'all good' : `${bad} bad`}`;
    }
    case 'quarantine': {
      const { quarantined, leftAlone } = result.report;
      return `${countOf(quarantined.length, 'blob')} set aside${left(leftAlone.length)}`;
    }
    case 'mend': {
      const { mended, bytes, leftAlone } = result.report;
      return `${countOf(mended.length, 'blob')}, ${formatBytes(bytes)} mended${left(leftAlone.length)}`;
    }
    case 'import':
    case 'export': {
      const { blobsCopied, bytesCopied, blobsSkipped } = result.report;
      return `${countOf(blobsCopied, 'blob')}, ${formatBytes(bytesCopied)} copied, ${blobsSkipped} there already`;
    }
    case 'prune': {
      const { removedRecords, freedBytes, skipped } = result.report;
      const left = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
      return `${countOf(removedRecords, 'record')}, ${formatBytes(freedBytes)} to the trash${left}`;
    }
    case 'collect': {
      const { removedBlobs, freedBytes, stopped } = result.report;
      return `${countOf(removedBlobs, 'blob')}, ${formatBytes(freedBytes)} deleted${stopped ? ', then stopped' : ''}`;
    }
    case 'touch': {
      const { blobs, bytes } = result.report;
      return `${countOf(blobs, 'blob')}, ${formatBytes(bytes)} renewed`;
    }
    case 'undo':
      return `${result.restoredRecords > 0 ? countOf(result.restoredRecords, 'record') : countOf(result.restoredBlobs, 'blob')} back`;
    case 'empty-trash':
      return `${countOf(result.blobs, 'blob')}, ${formatBytes(result.bytes)} freed`;
    default:
      return '';
  }
}

function left(count: number): string {
  return count === 0 ? '' : `, ${count} left alone`;
}
