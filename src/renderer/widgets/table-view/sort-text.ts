import type { GridSort } from '../grid/grid-column.ts';

/** Reads `own:desc` or `own`, as the address and `--sort` have it. */
export function readSort(text: string | undefined, fallback: GridSort): GridSort {
  if (text === undefined || text === '') return fallback;
  return { field: text.replace(/:(asc|desc)$/, ''), descending: text.endsWith(':desc') };
}

/** `own:desc`, or `own` for ascending. */
export function writeSort(sort: GridSort): string {
  return sort.descending ? `${sort.field}:desc` : sort.field;
}
