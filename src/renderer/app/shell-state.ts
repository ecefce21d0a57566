import { create } from 'zustand';
import { type CacheError, toCacheError } from '../../shared/base/errors.ts';
import type { Command } from '../base/feature.ts';
import type { UndoOffer } from '../base/shell-context.ts';

/** What views have told the window around them. */
interface ShellState {
  readonly commandLine: readonly string[] | undefined;
  readonly subject: string | undefined;
  /** Commands of mounted views, the latest last. */
  readonly commands: readonly (readonly Command[])[];
  readonly announcement: string;
  readonly undo: UndoOffer | undefined;
  readonly failure: { readonly title: string; readonly error: CacheError } | undefined;
  readonly actionsSlot: HTMLElement | undefined;
}

export const useShellState = create<ShellState>()(() => ({
  commandLine: undefined,
  subject: undefined,
  commands: [],
  announcement: '',
  undo: undefined,
  failure: undefined,
  actionsSlot: undefined,
}));

/** Says something to a screen reader. The same words twice are said twice. */
export function announce(text: string): void {
  const same = useShellState.getState().announcement === text;
  // A no-break space is not spoken, but makes it another text.
  useShellState.setState({ announcement: same ? `${text} ` : text });
}

/** Shows that something did not happen. What the user cancelled is no failure. */
export function reportFailure(title: string, error: unknown): void {
  const known = toCacheError(error);
  if (known.code !== 'CANCELLED') useShellState.setState({ failure: { title, error: known } });
}
