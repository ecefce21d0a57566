import type { RecordRow } from '../../../shared/model/record.ts';

/** What is known of a record beyond its digest. Keyed by record digest in `RecordNames`. */
export interface RecordName {
  readonly kind: RecordRow['kind'];
  readonly name: string;
  readonly stage?: string;
  readonly nameFrom: NonNullable<RecordRow['nameFrom']>;
  readonly operation?: string;
}

/** Record digest → its name; by id, which goes first, where records of one digest are called differently. */
export type RecordNames = ReadonlyMap<string, RecordName>;
