/** What a key does in a grid, apart from its letter keys, which come from the key map of the window. */
export type GridAction =
  | {
      readonly type: 'move';
      readonly to: 'next' | 'previous' | 'page-down' | 'page-up' | 'first' | 'last';
      readonly extend: boolean;
    }
  | { readonly type: 'column'; readonly by: -1 | 1 }
  | { readonly type: 'move-column'; readonly by: -1 | 1 }
  | { readonly type: 'resize-column'; readonly by: -1 | 1 }
  | { readonly type: 'toggle'; readonly extend: boolean }
  | { readonly type: 'select-all' | 'inspect' | 'sort' | 'copy' | 'escape' | 'open' | 'close' | 'menu' };

/** The parts of a keyboard event that decide. */
export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

const MOVES: Readonly<Record<string, (GridAction & { type: 'move' })['to']>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  PageDown: 'page-down',
  PageUp: 'page-up',
  Home: 'first',
  End: 'last',
};

const LETTER_MOVES: Readonly<Record<string, (GridAction & { type: 'move' })['to']>> = { j: 'next', k: 'previous' };

/**
 * The action of a key, if it has one here.
 * @param letters false where someone has switched single letters off
 */
export function gridAction(press: KeyPress, letters: boolean): GridAction | undefined {
  const sideways = press.key === 'ArrowLeft' ? -1 : press.key === 'ArrowRight' ? 1 : undefined;
  if (press.key === 'ContextMenu' || (press.key === 'F10' && press.shiftKey)) return { type: 'menu' };
  if (press.altKey) {
    if (press.key === 'ArrowDown') return { type: 'menu' };
    return sideways === undefined ? undefined : { type: 'move-column', by: sideways };
  }
  if (press.ctrlKey || press.metaKey) {
    if (press.key === 'a') return { type: 'select-all' };
    const end = press.key === 'Home' || press.key === 'End' ? MOVES[press.key] : undefined;
    return end === undefined ? undefined : { type: 'move', to: end, extend: press.shiftKey };
  }
  if (sideways !== undefined) return { type: press.shiftKey ? 'resize-column' : 'column', by: sideways };
  const move = MOVES[press.key] ?? (letters ? LETTER_MOVES[press.key.toLowerCase()] : undefined);
  if (move !== undefined) return { type: 'move', to: move, extend: press.shiftKey };
  if (press.key === ' ') return { type: 'toggle', extend: press.shiftKey };
  if (press.key === 'Enter') return { type: 'inspect' };
  if (press.key === 'Escape') return { type: 'escape' };
  if (!letters || press.shiftKey) return undefined;
  if (press.key === 's') return { type: 'sort' };
  if (press.key === 'y') return { type: 'copy' };
  if (press.key === 'l') return { type: 'open' };
  if (press.key === 'h') return { type: 'close' };
  return undefined;
}
