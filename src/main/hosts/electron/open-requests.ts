import { isAbsolute, resolve } from 'node:path';
import type { DesktopRequest } from '../../../shared/contract/bridge.ts';
import { LINK_SCHEME, pathOfLink } from './addresses.ts';

/**
 * The words of a command line that ask for something: links, references, and paths made absolute in `folder`. Chromium's own
 * switches, which stand anywhere, and the program's folder in a development run are none.
 */
export function wordsOf(argv: readonly string[], isPackaged: boolean, folder: string): string[] {
  const words = argv.slice(1).filter((word) => word !== '' && !word.startsWith('-'));
  return words
    .slice(isPackaged ? 0 : 1)
    .map((word) => (isLink(word) || isReference(word) || isAbsolute(word) ? word : resolve(folder, word)));
}

/** What a word asks the page for; undefined for a link that leads nowhere in it. */
export function requestOf(word: string): DesktopRequest | undefined {
  if (!isLink(word)) return { kind: 'open', location: word };
  const path = pathOfLink(word);
  return path === undefined ? undefined : { kind: 'show', path };
}

function isLink(word: string): boolean {
  return word.startsWith(`${LINK_SCHEME}:`);
}

function isReference(word: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(word);
}
