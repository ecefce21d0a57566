import { z } from 'zod';
import { nameFromSchema, recordKindSchema } from '../../../shared/model/record.ts';
import type { RecordName, RecordNames } from '../../engine/model/record-names.ts';
import type { Disk } from './disk.ts';
import { layoutOf, type StoreLayout } from './layout.ts';
import { placeText } from './layout-folder.ts';
import { readPlainText } from './plain-text.ts';

const nameSchema = z.object({
  kind: recordKindSchema,
  name: z.string(),
  stage: z.string().optional(),
  nameFrom: nameFromSchema,
  operation: z.string().optional(),
});

/**
 * Names of the records in a store, as the sources gave them that they came from. Empty where there are none, and where
 * they cannot be read: names help, but are never the reason that a store does not open.
 */
export async function readStoreNames(root: string): Promise<RecordNames> {
  try {
    const document: unknown = JSON.parse(await readPlainText(layoutOf(root).names));
    const names = z.record(z.string(), nameSchema).parse(document);
    return new Map(Object.entries(names).map(([digest, name]) => [digest, plainName(name)]));
  } catch {
    return new Map();
  }
}

/** Adds names; a newer one replaces an older. The caller holds the store's lock. */
export async function addStoreNames(layout: StoreLayout, disk: Disk, names: RecordNames): Promise<void> {
  const before = await readStoreNames(layout.root);
  const text = JSON.stringify(Object.fromEntries([...before, ...names]));
  if (text !== JSON.stringify(Object.fromEntries(before))) await placeText(layout, disk, layout.names, text);
}

function plainName({ stage, operation, ...name }: z.infer<typeof nameSchema>): RecordName {
  return { ...name, ...(stage === undefined ? {} : { stage }), ...(operation === undefined ? {} : { operation }) };
}
