import { CacheError } from '../../../shared/base/errors.ts';
import type { UsageRecord } from './disk-usage.ts';
import { createDuTextParser, type DuParser } from './du-text.ts';
import { createObjectSplitter } from './object-splitter.ts';

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

/** Reads a listing piece by piece: nothing of its text is kept but the record it is in. */
export interface DuReader {
  /** @throws `CORRUPT` naming the record that cannot be understood */
  push(text: string): void;
  /** What the listing says, when all of it was pushed. @throws `CORRUPT` for one that ends too early */
  end(): DuListing;
}

/**
 * A reader of an array or lines of JSON as `buildctl du --format '{{json .}}'` prints them, exact; or of the text of
 * `--verbose`, where sizes are rounded. A record that is listed twice counts once, as it was listed last.
 * @param subject what the listing is called in errors
 */
export function createDuReader(subject: string): DuReader {
  const records = new Map<string, UsageRecord>();
  const add = (record: UsageRecord): void => {
    records.set(record.id, record);
  };
  let isJson = false;
  let parser: DuParser | undefined;
  return {
    push(text) {
      if (parser === undefined) {
        if (text.trim() === '') return;
        isJson = /^\s*[[{]/.test(text);
        parser = isJson ? createJsonParser(subject, add) : createDuTextParser(subject, add);
      }
      parser.push(text);
    },
    end() {
      parser?.end();
      return { records: [...records.values()], isExact: isJson };
    },
  };
}

/** Records out of pieces of JSON. */
function createJsonParser(subject: string, onRecord: (record: UsageRecord) => void): DuParser {
  let found = 0;
  const objects = createObjectSplitter(
    (text) => {
      found += 1;
      onRecord(toRecord(parseJson(text, subject), `${subject}: record ${found}`));
    },
    (what) => badListing(subject, what),
  );
  return objects;
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
