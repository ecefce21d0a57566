import { createHash } from 'node:crypto';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CacheSource, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import type { DamageNote } from '../../engine/ports/managed-store.ts';
import { readDamageNotes } from './damage-notes.ts';
import { layoutOf } from './layout.ts';
import { checkStoreFolders } from './real-folders.ts';

/**
 * A managed store as a source: its folders are real ones whenever it is read (`CORRUPT` otherwise). It that also knows what the last check found: damage that only hashing shows is then seen by
 * whoever reads the store, in this session and later ones, and is not offered as a blob that can be had.
 */
export function withNotedDamage(source: CacheSource): CacheSource {
  const notes = () => readDamageNotes(source.location);
  const check = () => checkStoreFolders(layoutOf(source.location));
  return {
    ...source,
    fingerprint: async (signal) => {
      check();
      return withNotes(await source.fingerprint(signal), await notes());
    },
    read: async (options) => {
      check();
      const snapshot = await source.read(options);
      return judged(snapshot, await notes());
    },
  };
}

function withNotes(fingerprint: string, notes: ReadonlyMap<Digest, DamageNote>): string {
  if (notes.size === 0) return fingerprint;
  const text = [fingerprint, ...[...notes.keys()].sort()].join('\n');
  return createHash('sha256').update(text).digest('hex');
}

function judged(snapshot: SourceSnapshot, notes: ReadonlyMap<Digest, DamageNote>): SourceSnapshot {
  if (notes.size === 0) return snapshot;
  const known = new Set(snapshot.problems.map(({ subject }) => subject));
  const fresh = [...notes.values()].filter(({ digest }) => !known.has(digest));
  return {
    ...snapshot,
    fingerprint: withNotes(snapshot.fingerprint, notes),
    blobs: snapshot.blobs.map((blob) => (notes.has(blob.digest) ? { ...blob, problem: 'CORRUPT' } : blob)),
    problems: [
      ...snapshot.problems,
      ...fresh.map(({ digest, message }) => ({
        code: 'DIGEST_MISMATCH' as const,
        subject: digest,
        message,
        hint: 'Re-import it from another place that has it, or prune the records that use it.',
      })),
    ],
  };
}
