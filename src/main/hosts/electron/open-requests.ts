import { isAbsolute, resolve } from 'node:path';
import { LINK_SCHEME } from './addresses.ts';

/** What somebody asked the program to show. */
export type OpenRequest =
  | { readonly kind: 'source'; readonly location: string }
  | { readonly kind: 'link'; readonly link: string };

/**
 * What a command line asks for. Chromium's own switches, which stand anywhere, and the program's folder in a development
 * run are no requests. A relative path is one of `folder`.
 */
export function requestsOf(argv: readonly string[], isPackaged: boolean, folder: string): OpenRequest[] {
  const words = argv.slice(1).filter((word) => word !== '' && !word.startsWith('-'));
  return words.slice(isPackaged ? 0 : 1).map((word): OpenRequest => {
    if (word.startsWith(`${LINK_SCHEME}:`)) return { kind: 'link', link: word };
    const isReference = /^[a-z][a-z0-9+.-]+:\/\//i.test(word);
    return { kind: 'source', location: isReference || isAbsolute(word) ? word : resolve(folder, word) };
  });
}
