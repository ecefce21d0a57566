/** `rwxr-xr-x`, with s and t where set-user, set-group and sticky bits are set, as `ls -l` writes it without the type. */
export function modeText(mode: number): string {
  const special = [
    { bit: 0o4000, at: 2, set: 's', alone: 'S' },
    { bit: 0o2000, at: 5, set: 's', alone: 'S' },
    { bit: 0o1000, at: 8, set: 't', alone: 'T' },
  ];
  const letters = Array.from('rwxrwxrwx', (letter, at) => ((mode >> (8 - at)) & 1 ? letter : '-'));
  for (const { bit, at, set, alone } of special) {
    if (mode & bit) letters[at] = letters[at] === '-' ? alone : set;
  }
  return letters.join('');
}
