import { isAbsolute, resolve } from 'node:path';
import { LINK_SCHEME } from './addresses.ts';

/** What somebody asked the program to show. */
export type OpenRequest =
  | { readonly kind: 'source'; readonly location: string }
  | { readonly kind: 'link'; readonly link: string };

/**
 * What a command line asks for. Chromium's own switches, and the program's folder in a development run, are no requests.
 * `skip`: how many words at the start are the program itself.
 */
export function requestsOf(argv: readonly string[], skip: number, folder: string): OpenRequest[] {
  return argv
    .slice(skip)
    .filter((word) => word !== '' && !word.startsWith('-'))
    .map((word): OpenRequest => {
      if (word.startsWith(`${LINK_SCHEME}:`)) return { kind: 'link', link: word };
      const isReference = /^[a-z][a-z0-9+.-]+:\/\//i.test(word);
      return { kind: 'source', location: isReference || isAbsolute(word) ? word : resolve(folder, word) };
    });
}
