import type { DatabaseSync } from 'node:sqlite';
import type { Ref, Transport } from '../../../shared/oci/reference.ts';
import type { BIC } from '../../engine/ports/blob-info-cache.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { inTransaction } from './transaction.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS blob_uncompressed (digest TEXT PRIMARY KEY, uncompressed TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS blob_location (
    digest TEXT NOT NULL, transport TEXT NOT NULL, registry TEXT NOT NULL, repository TEXT NOT NULL,
    tag TEXT, ref_digest TEXT, recorded_at INTEGER NOT NULL,
    PRIMARY KEY (digest, transport, registry, repository)
  ) WITHOUT ROWID;
`;

interface LocationRow {
  readonly transport: Transport;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly ref_digest: string | null;
  readonly recorded_at: number;
}

/** A blob info cache in a SQLite database, shared by all processes that open it. The database stays open on disposal. */
export function createSqliteBlobInfoCache(db: DatabaseSync, clock: Clock = systemClock): BIC {
  db.exec(SCHEMA);
  const findUncompressed = db.prepare('SELECT uncompressed FROM blob_uncompressed WHERE digest = ?');
  const setUncompressed = db.prepare('INSERT OR REPLACE INTO blob_uncompressed VALUES (?, ?)');
  const setLocation = db.prepare('INSERT OR REPLACE INTO blob_location VALUES (?, ?, ?, ?, ?, ?, ?)');
  const findLocations = db.prepare(
    'SELECT * FROM blob_location WHERE digest = ? ORDER BY recorded_at DESC, transport, registry, repository',
  );
  const forget = db.prepare(
    'DELETE FROM blob_location WHERE digest = ? AND transport = ? AND registry = ? AND repository = ?',
  );
  const record = (digest: string, ref: Ref) =>
    setLocation.run(
      digest,
      ref.transport,
      ref.registry,
      ref.repository,
      ref.tag ?? null,
      ref.digest ?? null,
      clock.now(),
    );

  return {
    uncompressedDigest: async (digest) => findUncompressed.get(digest)?.uncompressed as string | undefined,
    recordUncompressed: async (digest, to) => {
      setUncompressed.run(digest, to);
    },
    recordAllUncompressed: async (uncompressed) => {
      if (uncompressed.size === 0) return;
      inTransaction(db, () => {
        for (const [digest, to] of uncompressed) setUncompressed.run(digest, to);
      });
    },
    recordKnownLocation: async (digest, ref) => {
      record(digest, ref);
    },
    recordKnownLocations: async (digests, ref) => {
      inTransaction(db, () => {
        for (const digest of digests) record(digest, ref);
      });
    },
    knownLocations: async (digest) =>
      (findLocations.all(digest) as unknown as LocationRow[]).map((row) => ({
        ref: {
          transport: row.transport,
          registry: row.registry,
          repository: row.repository,
          ...(row.tag === null ? {} : { tag: row.tag }),
          ...(row.ref_digest === null ? {} : { digest: row.ref_digest }),
        },
        recordedAt: row.recorded_at,
      })),
    forgetLocation: async (digest, ref) => {
      forget.run(digest, ref.transport, ref.registry, ref.repository);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
