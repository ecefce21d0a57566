import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** How the program was started, in the form of Electron's own command line: `electron [switches] FOLDER [words]`. */
export interface CommandLine {
  /** The program's folder, with its `package.json`. */
  readonly folder: string;
  readonly manifest: {
    readonly name?: string;
    readonly productName?: string;
    readonly main?: string;
    readonly version?: string;
  };
  /** Modules to load before the program, by `-r`. */
  readonly required: readonly string[];
  readonly words: readonly string[];
  has(name: string): boolean;
  value(name: string): string | undefined;
}

/**
 * Reads Electron's command line.
 * @throws when no word names a folder with a program
 */
export function readCommandLine(words: readonly string[]): CommandLine {
  const required: string[] = [];
  let folder: string | undefined;
  for (let n = 0; n < words.length; n += 1) {
    const word = words[n] ?? '';
    if (word === '-r' || word === '--require') {
      n += 1;
      required.push(words[n] ?? '');
    } else if (!word.startsWith('-')) {
      folder = resolve(word);
      break;
    }
  }
  if (folder === undefined || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error('Unable to find Electron app: the first word must be a folder with a package.json');
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as CommandLine['manifest'];
  const value = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  return {
    folder,
    manifest,
    required,
    words,
    has: (name) => words.includes(`--${name}`) || value(name) !== undefined,
    value,
  };
}
