import { TOUCH_AFTER_MS } from '../../../shared/model/collect.ts';
import type { CacheKeys, ExpiryRule } from '../ports/collected-bucket.ts';
import type { Mark } from './mark.ts';

const DAY_MS = 24 * 3_600_000;
/** Days that a sentence counts in. */
const HORIZONS = [1, 3, 7, 14, 30, 90, 365];
/** Names that a sentence lists. */
const NAMES = 3;
/** Storage classes that nothing is read from until somebody restores it. */
const FROZEN = ['GLACIER', 'DEEP_ARCHIVE'];
/** Of our own rule. */
const SAFE_ID = 'cachewright-uploads';

/** Ages of a cache. `digestOf`: of a needed blob, by its number. */
export interface AgedCache extends Pick<Mark, 'now' | 'manifests' | 'modifiedAt'> {
  digestOf(number: number): string;
}

/** What rules of a bucket do to a cache there. `safe`: a configuration to paste that leaves the cache to `prune`. */
export interface Lifecycle {
  readonly rules: number;
  readonly sentences: string[];
  readonly safe: string;
}

/**
 * Says what the rules of a bucket will do to the blobs and manifests of a cache. An import touches neither; an export renews
 * the blobs it needs and writes its manifest.
 */
export function lifecycleOf(
  rules: readonly ExpiryRule[],
  keys: CacheKeys,
  mark: AgedCache,
  hasVersions: boolean,
): Lifecycle {
  const active = rules.filter(({ isEnabled, hasTags }) => isEnabled && !hasTags);
  const sentences = [
    ...blobSentences(active, keys, mark),
    ...manifestSentences(active, keys, mark),
    ...active.flatMap((rule) => warningsOf(rule, keys)),
  ];
  if (sentences.length === 0) sentences.push('No lifecycle rule of the bucket deletes anything of this cache.');
  return { rules: rules.length, sentences, safe: safeConfiguration(rules, keys, hasVersions) };
}

/**
 * Returns when a rule deletes what was written at a time (epoch ms): days count from there, rounded up to midnight UTC, as S3
 * does. Undefined for a rule that deletes nothing.
 */
export function expiresAt({ days, at }: Pick<ExpiryRule, 'days' | 'at'>, modifiedAt: number): number | undefined {
  if (at !== undefined) return at;
  return days === undefined ? undefined : Math.ceil((modifiedAt + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function blobSentences(
  rules: readonly ExpiryRule[],
  keys: CacheKeys,
  { now, manifests, modifiedAt, digestOf }: AgedCache,
): string[] {
  const deleting = rules.filter(({ prefix }) => keys.blobs.startsWith(prefix) || prefix.startsWith(keys.blobs));
  if (deleting.length === 0) return [];
  const horizons = new Float64Array(modifiedAt.length);
  for (let blob = 0; blob < modifiedAt.length; blob++) {
    const writtenAt = modifiedAt[blob] as number;
    // What is not there cannot go.
    if (writtenAt < 0) continue;
    const ends = deleting.flatMap((rule) => {
      const isMeant = keys.blobs.startsWith(rule.prefix) || `${keys.blobs}${digestOf(blob)}`.startsWith(rule.prefix);
      return isMeant ? (expiresAt(rule, writtenAt) ?? []) : [];
    });
    if (ends.length > 0) horizons[blob] = horizonOf(Math.min(...ends), now);
  }
  const soonest = horizons.reduce((least, each) => (each > 0 && each < least ? each : least), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(soonest)) return [];
  const isSoon = (blob: number): boolean => horizons[blob] === soonest;
  const soon = horizons.filter((each) => each === soonest).length;
  const later = horizons.filter((each) => each > soonest).length;
  const names = manifests.flatMap(({ name, needs }) => (needs.some(isSoon) ? [name] : []));
  return [
    `${blobs(soon)} that ${named('manifest', names)} ${names.length === 1 ? 'needs' : 'need'} ${soon === 1 ? 'expires' : 'expire'} ${within(soonest)}: an import does not touch ${soon === 1 ? 'it' : 'them'}, only an export does.`,
    ...(later === 0
      ? []
      : [`${blobs(later)} more that manifests need ${later === 1 ? 'expires' : 'expire'} after that.`]),
  ];
}

function manifestSentences(
  rules: readonly ExpiryRule[],
  keys: CacheKeys,
  { now, manifests }: Pick<Mark, 'now' | 'manifests'>,
): string[] {
  const soon = new Map<number, string[]>();
  for (const { name, modifiedAt } of manifests) {
    const meant = rules.filter(({ prefix }) => keys.manifest(name).startsWith(prefix));
    const ends = meant.flatMap((rule) => expiresAt(rule, modifiedAt) ?? []);
    if (ends.length === 0) continue;
    const horizon = horizonOf(Math.min(...ends), now);
    soon.set(horizon, [...(soon.get(horizon) ?? []), name]);
  }
  const [soonest] = [...soon.keys()].sort((a, b) => a - b);
  if (soonest === undefined) return [];
  const names = soon.get(soonest) ?? [];
  const text = named('manifest', names);
  return [
    `${text.charAt(0).toUpperCase()}${text.slice(1)} ${names.length === 1 ? 'expires' : 'expire'} ${within(soonest)}: without it a build imports nothing.`,
  ];
}

/** What is wrong with a rule whatever the ages are. */
function warningsOf(rule: ExpiryRule, keys: CacheKeys): string[] {
  if (!keys.blobs.startsWith(rule.prefix) && !rule.prefix.startsWith(keys.blobs)) return [];
  const name = rule.id === '' ? 'A rule without a name' : `Rule ${rule.id}`;
  const isShort = rule.days !== undefined && rule.days * DAY_MS <= TOUCH_AFTER_MS;
  const frozen = rule.movesTo.filter((storage) => FROZEN.includes(storage));
  return [
    ...(isShort
      ? [`${name} deletes after a day, and an export renews only what is older than a day: take two days at least.`]
      : []),
    ...frozen.map((storage) => `${name} moves blobs to ${storage}, which no build can read.`),
  ];
}

/** Rules that leave this cache alone stay as they are written; ours only ends what nobody finishes. */
function safeConfiguration(rules: readonly ExpiryRule[], keys: CacheKeys, hasVersions: boolean): string {
  const touches = ({ prefix }: ExpiryRule): boolean => prefix.startsWith(keys.prefix) || keys.prefix.startsWith(prefix);
  const kept = rules.filter((rule) => rule.id !== SAFE_ID && !(touches(rule) && deletes(rule)));
  const ours = {
    ID: SAFE_ID,
    Status: 'Enabled',
    Filter: { Prefix: keys.blobs },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    // Without a prefix it would be about everybody's versions.
    ...(hasVersions && keys.blobs !== '' ? { NoncurrentVersionExpiration: { NoncurrentDays: 30 } } : {}),
  };
  return JSON.stringify({ Rules: [...kept.map(({ asWritten }) => asWritten), ours] }, undefined, 2);
}

function deletes({ days, at, movesTo }: ExpiryRule): boolean {
  return days !== undefined || at !== undefined || movesTo.length > 0;
}

/** The least number of days of our own scale. */
function horizonOf(end: number, now: number): number {
  const days = (end - now) / DAY_MS;
  return HORIZONS.find((horizon) => days <= horizon) ?? Math.ceil(days);
}

function within(days: number): string {
  return days === 1 ? 'within a day' : `within ${days} days`;
}

function blobs(count: number): string {
  return `${count} blob${count === 1 ? '' : 's'}`;
}

/** "manifests `main` and `pr-7`". */
function named(word: string, names: readonly string[]): string {
  const shown = names.slice(0, NAMES).map((name) => `\`${name}\``);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = all.at(-1) ?? '';
  return `${word}${names.length === 1 ? '' : 's'} ${all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last}`;
}
