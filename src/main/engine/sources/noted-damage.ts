import { createHash } from 'node:crypto';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CacheSource, SourceSnapshot } from '../ports/cache-source.ts';
import type { SourceDamage } from '../ports/damage-notes.ts';
import type { DamageNote } from '../ports/managed-store.ts';
import type { SourceOpener } from '../ports/source-opener.ts';

/** The same opener, whose sources know what the last check of them found; see `withNotedDamage`. */
export function notingDamage(opener: SourceOpener, damage: SourceDamage): SourceOpener {
  return { ...opener, open: async (location, signal) => withNotedDamage(await opener.open(location, signal), damage) };
}

/**
 * A source that also knows what the last check found: damage that only hashing shows is then seen by whoever reads it, in
 * this session and later ones, and is not offered as a blob that can be had.
 */
export function withNotedDamage(source: CacheSource, damage: Pick<SourceDamage, 'known'>): CacheSource {
  const look = async () => {
    const seen = await source.look?.();
    return seen === undefined ? undefined : withNotes(seen, await damage.known(source));
  };
  return {
    ...source,
    look,
    fingerprint: async (signal) => {
      const fingerprint = await source.fingerprint(signal);
      return withNotes(fingerprint, await damage.known(source));
    },
    read: async (options) => {
      const snapshot = await source.read(options);
      return judged(snapshot, await damage.known(source), source.can.repair);
    },
  };
}

function withNotes(fingerprint: string, notes: ReadonlyMap<Digest, DamageNote>): string {
  if (notes.size === 0) return fingerprint;
  const text = [fingerprint, ...[...notes.keys()].sort()].join('\n');
  return createHash('sha256').update(text).digest('hex');
}

function judged(snapshot: SourceSnapshot, notes: ReadonlyMap<Digest, DamageNote>, isOurs: boolean): SourceSnapshot {
  if (notes.size === 0) return snapshot;
  const known = new Set(snapshot.problems.map(({ subject }) => subject));
  const present = new Set(snapshot.blobs.map(({ digest }) => digest));
  const fresh = [...notes.values()].filter(({ digest }) => present.has(digest) && !known.has(digest));
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
        hint: isOurs
          ? 'Re-import it from another place that has it, or prune the records that use it.'
          : 'Copy the cache anew from a place that has it whole, or export it again.',
      })),
    ],
  };
}
