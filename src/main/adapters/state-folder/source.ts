import { lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { type Digest, parseDigest, splitDigest } from '../../../shared/oci/digest.ts';
import { pathPlace } from '../../../shared/oci/reference.ts';
import type { BlobExtent } from '../../engine/ports/blob-hasher.ts';
import type { BlobReader, CacheSource } from '../../engine/ports/cache-source.ts';
import { createPositionalReader } from '../../engine/streams/positional-reader.ts';
import { OPEN_FLAGS } from './database-file.ts';
import { findState } from './find-state.ts';
import { algorithmFolder } from './layout.ts';
import { readInWorker } from './read-in-worker.ts';
import type { ReadMessage } from './read-worker.ts';

/** What is declared of every state folder. */
export const STATE_FOLDER = {
  kind: 'state-folder',
  // A daemon prunes by rules of its own: a plan by ours would be wrong about its disk.
  can: { ...READ_ONLY_CACHE, plan: false, prune: 'daemon' },
  place: (root: string) => pathPlace('oci', root),
} as const;

/** The state folder of a BuildKit daemon, read-only. `root` is canonical. */
export function createStateFolderSource(root: string): CacheSource {
  return {
    ...STATE_FOLDER,
    location: root,
    place: STATE_FOLDER.place(root),
    fingerprint: async (signal) => {
      const answer = await readInWorker({ root, task: 'fingerprint' }, { signal });
      return answer.type === 'fingerprint' ? answer.fingerprint : unexpected(answer);
    },
    read: async (options) => {
      const answer = await readInWorker({ root, task: 'read' }, options);
      return answer.type === 'snapshot' ? answer.snapshot : unexpected(answer);
    },
    openBlob: async (text) => {
      const digest = parseDigest(text);
      const path = await findBlob(root, contentFolders(root), digest);
      if (path === undefined) throw noSuchBlob(digest);
      return openBlobFile(path, digest);
    },
    locateBlobs: async (digests) => {
      const places: (BlobExtent | undefined)[] = [];
      const folders = contentFolders(root);
      for (const digest of digests) {
        const path = await findBlob(root, folders, parseDigest(digest));
        places.push(path === undefined ? undefined : { path, offset: 0 });
      }
      return places;
    },
  };
}

/** Where the workers keep blobs. */
function contentFolders(root: string): readonly string[] {
  return [...new Set(findState(root).workers.flatMap((worker) => worker.content ?? []))];
}

/** The file of a blob, in whichever worker's store it lies. @throws `CORRUPT` where a folder leads out of the source */
async function findBlob(root: string, folders: readonly string[], digest: Digest): Promise<string | undefined> {
  const { algorithm, hex } = splitDigest(digest);
  for (const content of folders) {
    const folder = algorithmFolder(content, algorithm);
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined) continue;
    if (!real.startsWith(root + sep)) {
      throw new CacheError('CORRUPT', 'This folder lies outside of the source.', {
        subject: digest,
        hint: 'Links out of a source are not followed. Open the place that it leads to.',
      });
    }
    const path = join(folder, hex);
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.isFile()) return path;
  }
  return undefined;
}

async function openBlobFile(path: string, digest: Digest): Promise<BlobReader> {
  // What was a plain file a moment ago may have been replaced: neither links nor pipes are opened.
  const file = await open(path, OPEN_FLAGS).catch((error: unknown) => {
    throw toCacheError(error, digest);
  });
  const { size } = await file.stat();
  return createPositionalReader(file, { offset: 0, size }, () => noSuchBlob(digest));
}

function noSuchBlob(digest: Digest): CacheError {
  return new CacheError('NOT_FOUND', 'The source has no such blob.', {
    subject: digest,
    hint: 'The daemon never made one of this layer, or it was pruned.',
  });
}

function unexpected(answer: ReadMessage): never {
  throw new CacheError('INTERNAL', `an answer of type ${answer.type}`);
}
