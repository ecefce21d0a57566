import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import type { JobResult } from '../../../shared/model/job.ts';

/** What a finished job did, in a few words: the last line of its log and the detail of its audit entry. */
export function describeResult(result: JobResult): string {
  switch (result.kind) {
    case 'open':
      return 'opened';
    case 'verify': {
      const { checked, bytes, missing, corrupt } = result.report;
      return `${count(checked, 'blob')} checked (${formatBytes(bytes)}), ${corrupt.length} corrupt, ${missing.length} missing`;
    }
    case 'quarantine': {
      const { quarantined, bytes, leftAlone } = result.report;
      return `${count(quarantined.length, 'blob')} put into quarantine (${formatBytes(bytes)}), ${leftAlone.length} left alone${names(quarantined)}`;
    }
    case 'mend': {
      const { from, mended, bytes, leftAlone } = result.report;
      return `${count(mended.length, 'blob')} mended from ${from} (${formatBytes(bytes)}), ${leftAlone.length} left alone${names(mended)}`;
    }
    case 'import':
    case 'export': {
      const { blobsCopied, blobsSkipped, bytesCopied, manifest } = result.report;
      return `${count(blobsCopied, 'blob')} copied (${formatBytes(bytesCopied)}), ${blobsSkipped} already there, manifest ${manifest.digest}`;
    }
    case 'prune': {
      const { plan, removedRecords, removedBlobs, freedBytes, skipped } = result.report;
      return `plan ${plan}: ${count(removedRecords, 'record')} and ${count(removedBlobs, 'blob')} moved to trash (${formatBytes(freedBytes)}), ${skipped.length} skipped`;
    }
    case 'collect': {
      const { plan, removedBlobs, freedBytes, stayed, stopped } = result.report;
      const left = Object.values(stayed).reduce((sum, each) => sum + each, 0);
      const end = stopped ? `; stopped: ${stopped.message}` : '';
      return `plan ${plan}: ${count(removedBlobs, 'blob')} deleted (${formatBytes(freedBytes)}), ${left} stayed${end}`;
    }
    case 'touch': {
      const { blobs, bytes, manifests, gone } = result.report;
      return `${count(blobs, 'blob')} (${formatBytes(bytes)}) and ${count(manifests, 'manifest')} renewed, ${gone} gone`;
    }
    case 'undo':
      return `plan ${result.plan}: ${count(result.restoredRecords, 'record')} and ${count(result.restoredBlobs, 'blob')} restored`;
    case 'empty-trash':
      return `${count(result.blobs, 'blob')} deleted (${formatBytes(result.bytes)})`;
  }
}

/** Which blobs, where they are few: an audit entry should tell. */
function names(digests: readonly string[]): string {
  return digests.length === 0 || digests.length > 20 ? '' : `: ${digests.join(', ')}`;
}

function count(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? '' : 's'}`;
}
