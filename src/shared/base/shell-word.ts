/** One word for a POSIX shell: as it is where that is safe, else in single quotes. */
export function shellWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./~-]+$/.test(word) && !word.startsWith('~')) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The line to paste: the program and the words. */
export function commandLine(words: readonly string[]): string {
  return ['cachewright', ...words].map(shellWord).join(' ');
}
