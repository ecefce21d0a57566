import { open } from 'node:fs/promises';
import { throwIfAborted } from '../../../shared/base/errors.ts';
import { namesFromProvenance } from '../../engine/explain/names.ts';
import type { RecordNames } from '../../engine/model/record-names.ts';
import { provenancePlaces } from './layout.ts';
import { OPEN_FLAGS } from './plain-file.ts';

/** A larger attestation is not one of a single build. */
const MAX_PROVENANCE_BYTES = 32 << 20;

/**
 * Names for the records of the caches at a location, from a `provenance.json` in it or beside it. Empty without one, and
 * for one that cannot be read: names help, but are never the reason that a cache does not open.
 * @throws `CANCELLED` from the signal
 */
export async function readCompanionNames(location: string, signal?: AbortSignal): Promise<RecordNames> {
  for (const path of provenancePlaces(location)) {
    throwIfAborted(signal);
    const names = namesFromProvenance(await readJson(path));
    if (names.size > 0) return names;
  }
  return new Map();
}

async function readJson(path: string): Promise<unknown> {
  try {
    await using file = await open(path, OPEN_FLAGS);
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_PROVENANCE_BYTES) return undefined;
    return JSON.parse(await file.readFile('utf8'));
  } catch {
    return undefined;
  }
}
