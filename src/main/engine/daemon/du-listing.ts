import { CacheError } from '../../../shared/base/errors.ts';
import type { UsageRecord } from './disk-usage.ts';
import { parseDuText } from './du-text.ts';

/** What a listing says. */
export interface DuListing {
  readonly records: readonly UsageRecord[];
  /** False where sizes are rounded, as they are in text for people. */
  readonly isExact: boolean;
}

/**
 * True for the beginning of a file that `buildctl du` or `docker buildx du` printed, by its content alone.
 * @param isWhole the file ends there
 */
export function isDuListing(start: string, isWhole: boolean): boolean {
  const text = start.trimStart();
  if (isWhole && /^\[\s*\]\s*$/.test(text)) return true;
  if (/^\[?\s*\{/.test(text)) return /"id"\s*:/.test(text) && /"(recordType|usageCount)"\s*:/.test(text);
  return /^ID:\s/.test(text) && /^(Created at|Mutable|Reclaimable):\s/m.test(text);
}

/**
 * The records of a listing: an array or lines of JSON as `buildctl du --format '{{json .}}'` prints them, exact; or the text
 * of `--verbose`, where sizes are rounded. A record that is listed twice counts once, as it was listed last.
 * @param subject what the listing is called in errors
 * @throws `CORRUPT` naming the record that cannot be understood
 */
export function parseDuListing(text: string, subject: string): DuListing {
  const isJson = /^\s*[[{]/.test(text);
  const records = isJson ? parseDuJson(text, subject) : parseDuText(text, subject);
  return { records: [...new Map(records.map((record) => [record.id, record])).values()], isExact: isJson };
}

function parseDuJson(text: string, subject: string): UsageRecord[] {
  const values = text.trimStart().startsWith('[')
    ? parseJson(text, subject)
    : text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parseJson(line, subject)]));
  if (!Array.isArray(values)) throw badListing(subject, 'it is no list');
  return values.map((value, index) => toRecord(value, `${subject}: record ${index + 1}`));
}

function toRecord(value: unknown, subject: string): UsageRecord {
  if (typeof value !== 'object' || value === null) throw badListing(subject, 'it is no record');
  const fields = value as Record<string, unknown>;
  const text = (name: string) => {
    const found = fields[name] ?? '';
    return typeof found === 'string' ? found : wrong(name);
  };
  const count = (name: string) => {
    const found = fields[name] ?? 0;
    return Number.isSafeInteger(found) && (found as number) >= 0 ? (found as number) : wrong(name);
  };
  const flag = (name: string) => fields[name] === true;
  const wrong = (name: string): never => {
    throw badListing(subject, `its ${name} is not what it should be`);
  };
  const parents = fields.parents ?? null;
  if (parents !== null && !(Array.isArray(parents) && parents.every((one) => typeof one === 'string')))
    wrong('parents');
  const id = text('id');
  return {
    id: id === '' ? wrong('id') : id,
    mutable: flag('mutable'),
    inUse: flag('inUse'),
    size: count('size'),
    createdAt: text('createdAt'),
    lastUsedAt: text('lastUsedAt') || null,
    usageCount: count('usageCount'),
    parents: parents as string[] | null,
    description: text('description'),
    recordType: text('recordType') || 'regular',
    shared: flag('shared'),
  };
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badListing(subject, 'it is not JSON', cause);
  }
}

/** The error of a listing that is not what a builder prints. */
export function badListing(subject: string, what: string, cause?: unknown): CacheError {
  return new CacheError('CORRUPT', `This du listing cannot be read: ${what}.`, {
    subject,
    hint: "Write it again: buildctl du --format '{{json .}}' > du.json.",
    cause,
  });
}
