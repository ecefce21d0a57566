import type { RecordName } from '../model/record-names.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { bareConfig } from './bare-config.ts';
import type { DuListing } from './du-listing.ts';
import { referenceName } from './reference-name.ts';
import { usageRows } from './usage-rows.ts';

/** The name that the records of a listing have as a cache. */
const LISTING_REF = 'du';

/** A listing as a source: BuildKit's records under its ids, with names, sizes and times, and nothing of keys and layers. */
export function duSnapshot({ records, isExact }: DuListing, fingerprint: string): SourceSnapshot {
  const usage = usageRows(records);
  const ids = [...usage.keys()];
  const names = new Map<string, RecordName>();
  for (const [id, { description, type }] of usage) {
    const name = referenceName(description, type);
    if (name) names.set(id, name);
  }
  return {
    fingerprint,
    caches: [{ ref: LISTING_REF, form: 'references', parsed: bareConfig(ids), descriptors: [], ids }],
    blobs: [],
    documents: [],
    problems: [],
    usage,
    names,
    ...(isExact ? {} : { isUsageRounded: true }),
  };
}
