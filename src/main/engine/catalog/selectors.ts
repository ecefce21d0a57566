import { CacheError } from '../../../shared/base/errors.ts';
import type { SelectorPiece } from '../../../shared/model/record.ts';
import type { Catalog } from '../ports/catalog.ts';
import { findRecord } from './find-record.ts';

/** Characters of a selector that are sent at once where it is asked for by itself. */
const PIECE_CHARACTERS = 1_000_000;

/** BuildKit's selectors are digests; what is longer than this is not sent whole. */
const MAX_SELECTOR_CHARACTERS = 1000;

/** Returns the selector as answers carry it: beyond 1,000 characters its beginning, and how long it is. */
export function boundedSelector(selector: string): string {
  if (selector.length <= MAX_SELECTOR_CHARACTERS) return selector;
  return `${selector.slice(0, MAX_SELECTOR_CHARACTERS)}… (${selector.length} characters)`;
}

/** Which selector, and from which character. */
export interface WantedPiece {
  readonly id: string;
  readonly ref?: string | undefined;
  readonly input: number;
  readonly alternative: number;
  readonly offset: number;
}

/**
 * Reads a piece of a selector that answers cut.
 * @throws `NOT_FOUND` for an alternative that is not there, and as `findRecord`
 */
export async function selectorPiece(catalog: Catalog, wanted: WantedPiece): Promise<SelectorPiece> {
  const { id, ref, input, alternative, offset } = wanted;
  const { n, id: whole } = await findRecord(catalog, id, ref);
  const selector = await catalog.selector(n, input, alternative);
  if (selector === undefined) {
    throw new CacheError('NOT_FOUND', `The record has no alternative ${alternative} of an input ${input}.`, {
      subject: whole,
      hint: 'Both are counted from 0.',
    });
  }
  let end = Math.min(selector.length, offset + PIECE_CHARACTERS);
  // Both halves of a character travel together.
  if (end < selector.length && isFirstHalf(selector.charCodeAt(end - 1))) end -= 1;
  return {
    text: selector.slice(offset, end),
    characters: selector.length,
    ...(end < selector.length ? { next: end } : {}),
  };
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
