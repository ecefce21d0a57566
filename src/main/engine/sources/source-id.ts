import { createHash } from 'node:crypto';
import type { SourceKind } from '../../../shared/model/source.ts';

/**
 * The id of a source: 12 hex digits of the SHA-256 of kind, NUL and canonical location. It depends on nothing else, so
 * that a deep link survives a restart. It also names folders and files: it is always plain hex.
 */
export function sourceId(kind: SourceKind, location: string): string {
  return createHash('sha256').update(`${kind}\0${location}`).digest('hex').slice(0, 12);
}
