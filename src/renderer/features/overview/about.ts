import type { Source } from '../../../shared/model/source.ts';

/** What the parts of the overview are about: a source, or one cache of it. */
export interface About {
  readonly source: Source;
  /** Reference of the one cache that is looked at; absent: all of them. */
  readonly cacheRef?: string;
}

/** The part of a procedure's input that says so. */
export function aboutInput({ source, cacheRef }: About): { readonly sourceId: string; readonly ref?: string } {
  return { sourceId: source.id, ...(cacheRef === undefined ? {} : { ref: cacheRef }) };
}
