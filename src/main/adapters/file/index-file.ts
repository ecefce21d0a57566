import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { type LayoutIndexDocument, parseLayoutIndex, printLayoutIndex } from '../../../shared/oci/layout-index.ts';
import type { LayoutIndex } from '../../engine/ports/managed-store.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { placeText } from './layout-folder.ts';

/** Reads `index.json`. @throws `CORRUPT`, `NOT_FOUND` naming it */
export async function readIndexFile(layout: StoreLayout): Promise<LayoutIndex> {
  const text = await fs.readFile(layout.index, 'utf8').catch((error: unknown) => {
    throw toCacheError(error, layout.index);
  });
  return indexFrom(text, layout);
}

/**
 * Replaces the index that `from` was read from. The caller holds the store's lock, which other programs do not know:
 * what one of them wrote meanwhile is not overwritten.
 * @throws `CONFLICT` when the index on disk is not `from` any more
 */
export async function replaceIndexFile(
  layout: StoreLayout,
  disk: Disk,
  from: LayoutIndex,
  next: LayoutIndexDocument | string,
): Promise<LayoutIndex> {
  const text = typeof next === 'string' ? next : printLayoutIndex(next);
  const now = await readIndexFile(layout);
  if (now.version !== from.version) {
    throw new CacheError('CONFLICT', 'Another program has changed the references in this moment.', {
      subject: layout.index,
      hint: 'Run it again.',
    });
  }
  if (text !== now.text) await placeText(layout, disk, layout.index, text);
  return indexFrom(text, layout);
}

/** The digest that stands for one state of the references. */
export function indexVersion(text: string): LayoutIndex['version'] {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

function indexFrom(text: string, layout: StoreLayout): LayoutIndex {
  return { version: indexVersion(text), text, document: parseLayoutIndex(text, layout.index) };
}
