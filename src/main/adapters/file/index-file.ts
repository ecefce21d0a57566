import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { parseLayoutIndex } from '../../../shared/oci/layout-index.ts';
import type { LayoutIndex } from '../../engine/ports/managed-store.ts';
import { layoutIndexText } from '../../engine/remotecache/layout-index-text.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { placeText } from './layout-folder.ts';
import { readPlainFile } from './plain-text.ts';

/** Reads `index.json`. @throws `CORRUPT`, `NOT_FOUND` naming it */
export async function readIndexFile(layout: StoreLayout): Promise<LayoutIndex> {
  return indexFrom(layoutIndexText(await readPlainFile(layout.index), layout.index), layout);
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
  text: string,
): Promise<LayoutIndex> {
  const now = await readIndexFile(layout);
  if (now.version !== from.version) {
    throw new CacheError('CONFLICT', 'Another program has changed the references in this moment.', {
      subject: layout.index,
      hint: 'Run it again.',
    });
  }
  // A text that is no index, as a journal that somebody else wrote may hold, is not put into place.
  const next = indexFrom(text, layout);
  if (text !== now.text) await placeText(layout, disk, layout.index, text);
  return next;
}

/** The digest that stands for one state of the references. */
export function indexVersion(text: string): LayoutIndex['version'] {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

function indexFrom(text: string, layout: StoreLayout): LayoutIndex {
  return { version: indexVersion(text), text, document: parseLayoutIndex(text, layout.index) };
}
