const MAX_CHARACTERS = 8192;

/** The path of a request target or address, without its query. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

/** True for a target that no address of the window is as long as. */
export function isTooLong(target: string): boolean {
  return target.length > MAX_CHARACTERS;
}

/**
 * `target` if it is a path of this window, with its query; undefined for what could mean another place to somebody:
 * `//host`, climbing, backslashes, encoded separators, control characters, an absolute address.
 */
export function safePath(target: string): string | undefined {
  if (isTooLong(target)) return undefined;
  // Only visible ASCII, as a browser sends it.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(target)) return undefined;
  const path = pathOf(target);
  if (/[\\]|\/\/|%(?![0-9a-f]{2})|%(?:0|1[0-9a-f]|2e|2f|5c|7f)/i.test(path)) return undefined;
  if (path.split('/').some((part) => part === '.' || part === '..')) return undefined;
  return target;
}
