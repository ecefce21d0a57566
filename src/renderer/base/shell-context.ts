import { createContext, useContext, useEffect } from 'react';
import type { Command } from './feature.ts';

/** The one toast: something was done that can be taken back. */
export interface UndoOffer {
  readonly text: string;
  readonly undo: () => void | Promise<void>;
}

/** What a view asks of the window around it. */
export interface Shell {
  /** The command line that gives what the view shows; words are quoted where a POSIX shell needs it. */
  setCommandLine(words: readonly string[] | undefined): void;
  /** Adds commands while a view is mounted; the returned function takes them away. */
  addCommands(commands: readonly Command[]): () => void;
  /** Says something to a screen reader, politely. */
  announce(text: string): void;
  offerUndo(offer: UndoOffer): void;
  /** Shows that something the user asked for did not happen: `fail('The verify did not start', error)`. */
  fail(title: string, error: unknown): void;
  /** Where the view's own actions stand, at the right end of its tabs. */
  readonly actionsSlot: HTMLElement | undefined;
  /** Where the view's last part of the address line stands (`Graph › test 1/2`). */
  setSubject(text: string | undefined): void;
}

const none = (): void => {};

/** Without a window around it, a view works and nobody listens: so do tests. */
const SILENT: Shell = {
  setCommandLine: none,
  addCommands: () => none,
  announce: none,
  offerUndo: none,
  fail: none,
  actionsSlot: undefined,
  setSubject: none,
};

export const ShellContext = createContext<Shell>(SILENT);

/** The window around a view. */
export function useShell(): Shell {
  return useContext(ShellContext);
}

/** Shows a view's command line in the status bar while it is mounted: `['keys', location, '--sort', 'own:desc']`. */
export function useCommandLine(words: readonly string[] | undefined): void {
  const { setCommandLine } = useShell();
  const text = words?.join('\0');
  useEffect(() => {
    setCommandLine(text === undefined ? undefined : text.split('\0'));
    return () => setCommandLine(undefined);
  }, [text, setCommandLine]);
}

/** Adds commands while the caller is mounted. Keep the array stable (`useMemo`). */
export function useCommands(commands: readonly Command[]): void {
  const { addCommands } = useShell();
  useEffect(() => addCommands(commands), [commands, addCommands]);
}

/** The last part of the address line while the caller is mounted. */
export function useSubject(text: string | undefined): void {
  const { setSubject } = useShell();
  useEffect(() => {
    setSubject(text);
    return () => setSubject(undefined);
  }, [text, setSubject]);
}
