import { CacheError } from '../../../shared/base/errors.ts';
import type { LayerFile } from '../../../shared/model/layer.ts';

/** Which entries of a layer, and in what order. */
export interface FileSelection {
  /** A part of the path, upper and lower case alike; "" matches all. */
  readonly filter: string;
  readonly sort?: { readonly field: string; readonly descending: boolean } | undefined;
}

/**
 * The entries that match, sorted; without a sort in the order of the tar. Equal ones keep that order.
 * @throws `INVALID_INPUT` for a field that entries cannot be sorted by
 */
export function selectFiles(files: readonly LayerFile[], { filter, sort }: FileSelection): readonly LayerFile[] {
  const part = filter.toLowerCase();
  const matching = part === '' ? files : files.filter((file) => file.path.toLowerCase().includes(part));
  if (sort === undefined) return matching;
  const order = ORDERS[sort.field];
  if (order === undefined) {
    throw new CacheError('INVALID_INPUT', 'Files cannot be sorted by this.', {
      subject: `sort:${sort.field}`,
      hint: `Sort by one of ${Object.keys(ORDERS).join(', ')}.`,
    });
  }
  return matching.toSorted((a, b) => (sort.descending ? order(b, a) : order(a, b)));
}

const ORDERS: Readonly<Record<string, (a: LayerFile, b: LayerFile) => number>> = {
  path: (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  size: (a, b) => a.size - b.size,
};
