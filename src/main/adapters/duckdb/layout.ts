import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * What lies in the folder of a catalog store:
 *
 *     FOLDER/
 *       <source>/                            32 hex digits, from the id of the source
 *         <state>.v2.duckdb                  a whole catalog; 32 hex digits from the fingerprint, schema version
 *         <state>.v2.json                    what is known of it as a whole; touched when it is used
 *         <state>.v2.duckdb.tmp/             what DuckDB spills while a query runs
 *         <state>.v2.<pid>-<random>.part     one being written; becomes the former by one rename
 *         <state>.v2.<pid>-<random>.part.*   DuckDB's own journal and spill files beside it
 *
 * Everything may be deleted at any time while nothing is open. A `.part` whose process is gone is garbage.
 */
export const SCHEMA_VERSION = 4;

const PART = /^[0-9a-f]{32}\.v\d+\.(\d+)-[0-9a-f]+\.part(\..*)?$/;

/** Folder of everything kept of a source. */
export function sourceFolder(folder: string, sourceId: string): string {
  return join(folder, shortHash(sourceId));
}

/** File of the catalog of one state of a source. */
export function catalogFile(folder: string, sourceId: string, fingerprint: string): string {
  return join(sourceFolder(folder, sourceId), `${stateName(fingerprint)}.duckdb`);
}

/** File of what is known of that catalog as a whole. */
export function metaFile(folder: string, sourceId: string, fingerprint: string): string {
  return join(sourceFolder(folder, sourceId), `${stateName(fingerprint)}.json`);
}

/** The catalog that a file in the folder of a source tells of; undefined where it is none of this schema. */
export function catalogOfMeta(folder: string, sourceId: string, name: string): string | undefined {
  if (!name.endsWith(`.v${SCHEMA_VERSION}.json`)) return undefined;
  return join(sourceFolder(folder, sourceId), name.replace(/json$/, 'duckdb'));
}

/** Whether a file in the folder of a source belongs to this state of it. */
export function isOfState(name: string, fingerprint: string): boolean {
  return name.startsWith(`${stateName(fingerprint)}.`);
}

/** Name under which this process builds a catalog. `random`: hexadecimal digits. */
export function partFile(folder: string, sourceId: string, fingerprint: string, pid: number, random: string): string {
  return join(sourceFolder(folder, sourceId), `${stateName(fingerprint)}.${pid}-${random}.part`);
}

/** The process that was writing a file of this name; undefined when it is no part of an unfinished catalog. */
export function partOwner(name: string): number | undefined {
  const match = PART.exec(name);
  return match ? Number(match[1]) : undefined;
}

function stateName(fingerprint: string): string {
  return `${shortHash(fingerprint)}.v${SCHEMA_VERSION}`;
}

/** Ids and fingerprints are texts of others: they never become a path as they are. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
