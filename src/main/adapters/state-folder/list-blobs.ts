import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DIGEST_ALGORITHMS, isDigest } from '../../../shared/oci/digest.ts';
import type { SourceBlob } from '../../engine/ports/cache-source.ts';
import { algorithmFolder } from './layout.ts';

/** The blobs of a worker's content store, by digest. What has no digest for a name is not one. */
export function listBlobs(content: string): SourceBlob[] {
  return Object.keys(DIGEST_ALGORITHMS).flatMap((algorithm) => {
    const folder = algorithmFolder(content, algorithm);
    return namesIn(folder).flatMap((name): SourceBlob[] => {
      const digest = `${algorithm}:${name}`;
      const stat = lstatSync(join(folder, name), { throwIfNoEntry: false });
      if (!isDigest(digest) || !stat) return [];
      const problem = stat.isFile() ? {} : { problem: 'CORRUPT' as const };
      return [{ digest, size: stat.isFile() ? stat.size : 0, mtimeMs: stat.mtimeMs, ...problem }];
    });
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
