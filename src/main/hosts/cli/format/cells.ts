import { recordId, splitRecordId } from '../../../../shared/model/record-id.ts';

/** Twelve hexadecimal digits: enough to tell records apart, and to be typed back as a prefix. The `~n` of an id is kept. */
export function shortId(id: string): string {
  const { digest, ordinal = 0 } = splitRecordId(id);
  const hex = digest.slice(digest.indexOf(':') + 1);
  return recordId(hex.length > 16 ? hex.slice(0, 12) : hex, ordinal);
}

/** A time of the source, to the second: `2026-11-21 10:04:33`. Empty for none and for Go's zero time. */
export function shortTime(text: string | undefined): string {
  if (text === undefined || text.startsWith('0001-01-01')) return '';
  return text.slice(0, 19).replace('T', ' ');
}
