import type { Field } from './field.ts';
import { LAYER_FIELDS } from './layer-fields.ts';
import { RECORD_FIELDS } from './record-fields.ts';

export type { Field, SortColumn } from './field.ts';
export { LAYER_FIELDS, type LayerColumn } from './layer-fields.ts';
export { RECORD_FIELDS, type RecordColumn } from './record-fields.ts';

/** What rows a field is of: cache records or layer blobs. */
export type Subject = 'keys' | 'layers';

/** Returns the fields of these rows, in the order in which the completion offers them. */
export function fieldsOf(subject: Subject): readonly Field[] {
  return subject === 'keys' ? RECORD_FIELDS : LAYER_FIELDS;
}

/** Returns the field with this name or alias, undefined where there is none. A filter means the same in capitals. */
export function findField<F extends Field>(fields: readonly F[], name: string): F | undefined {
  return fields.find((field) => field.name === name || field.aliases.includes(name));
}
