import { CacheError } from '../../../shared/base/errors.ts';
import type { UsageRecord } from './disk-usage.ts';

/** Lines of a record, as `buildctl du --verbose` and `docker buildx du --verbose` write them. */
const FIELD =
  /^(ID|Parents?|Created at|Mutable|Reclaimable|Shared|Size|Description|Usage count|Last used|Type|Private|Total):\s*(.*)$/;

/** A step may hold as many; what is printed is cut to fewer digits. */
const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };

/** Takes a listing in pieces of any size. */
export interface DuParser {
  /** @throws `CORRUPT` */
  push(text: string): void;
  /** @throws `CORRUPT` */
  end(): void;
}

/**
 * A parser of listings for people. Sizes are rounded to three or four digits, with decimal units. A description may
 * run over lines; the sums at the end belong to no record. Its errors name the record.
 */
export function createDuTextParser(subject: string, onRecord: (record: UsageRecord) => void): DuParser {
  let fields: Map<string, string> | undefined;
  let field = '';
  let rest = '';
  const finish = () => {
    if (fields) onRecord(toRecord(fields, subject));
    fields = undefined;
  };
  const take = (line: string): void => {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name === 'ID') {
      finish();
      fields = new Map([['ID', value]]);
      field = name;
    } else if (fields && name !== undefined && !fields.has(name)) {
      // The sums follow a blank line, and begin with a name that the record has already or never has.
      if (name === 'Total' || name === 'Private') finish();
      else fields.set(name, value);
      field = name;
    } else if (fields && name !== undefined && field !== 'Description') {
      finish();
    } else if (fields && field === 'Description') {
      fields.set(field, `${fields.get(field) ?? ''}\n${line}`);
    }
  };
  return {
    push(text) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
    },
    end() {
      take(rest);
      finish();
    },
  };
}

function toRecord(fields: ReadonlyMap<string, string>, subject: string): UsageRecord {
  const id = fields.get('ID') ?? '';
  const parents = (fields.get('Parents') ?? fields.get('Parent') ?? '').split(/[\s,;[\]]+/).filter((one) => one !== '');
  return {
    id,
    mutable: fields.get('Mutable') === 'true',
    inUse: fields.get('Reclaimable') === 'false',
    size: parseSize(fields.get('Size') ?? '0B', `${subject}: ${id}`),
    createdAt: parseGoTime(fields.get('Created at')) ?? '',
    lastUsedAt: parseGoTime(fields.get('Last used')) ?? null,
    usageCount: Number(/^\d{1,15}$/.exec(fields.get('Usage count') ?? '0')?.[0] ?? 0),
    parents: parents.length === 0 ? null : parents,
    description: (fields.get('Description') ?? '').trimEnd(),
    recordType: fields.get('Type') || 'regular',
    shared: fields.get('Shared') === 'true',
  };
}

/** `4.10kB` in bytes. @throws `CORRUPT` */
function parseSize(text: string, subject: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kMGTP]?B)\*?$/.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(number) * (UNITS[unit ?? ''] ?? Number.NaN));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new CacheError('CORRUPT', 'A size of this du listing cannot be read.', {
    subject,
    hint: "Write it again: buildctl du --format '{{json .}}' > du.json.",
  });
}

/** `2026-11-21 09:12:56.674360676 +0000 UTC`, as Go prints a time, in RFC 3339; undefined for words like `5 hours ago`. */
function parseGoTime(text: string | undefined): string | undefined {
  const [, day, time, hours, minutes] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?) ?([+-]\d\d):?(\d\d)\b/.exec(text ?? '') ?? [];
  if (day === undefined) return undefined;
  return `${day}T${time}${hours === '+00' && minutes === '00' ? 'Z' : `${hours}:${minutes}`}`;
}
