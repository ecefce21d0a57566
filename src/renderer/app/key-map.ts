import type { Command, CommandContext } from '../base/feature.ts';
import { isCharacterShortcut, isPress, parseKeys } from '../base/keys.ts';

/** A sequence such as `g o` must be completed within this time. */
const SEQUENCE_MS = 1_200;

/** Finds the commands of key presses, sequences included. One a window. */
export interface KeyMap {
  /** The command that this press completes; `pending` when it may begin or continue a sequence. */
  press(event: KeyboardEvent, letters: boolean): Command | 'pending' | undefined;
}

/** True where letters are typed and a shortcut of letters must not act. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/** A key map over commands; the first of two with the same keys wins, unless it is not enabled. */
export function createKeyMap(
  commands: () => readonly Command[],
  context: () => CommandContext,
  nowMs: () => number = () => performance.now(),
): KeyMap {
  let typed: KeyboardEvent[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    press(event, letters) {
      if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return typed.length > 0 ? 'pending' : undefined;
      const now = nowMs();
      if (now - lastMs > SEQUENCE_MS) typed = [];
      lastMs = now;
      const able = commands().filter(
        (command) => command.keys !== undefined && (letters || !isCharacterShortcut(command.keys)),
      );
      // A press that continues nothing begins anew.
      for (const presses of typed.length > 0 ? [[...typed, event], [event]] : [[event]]) {
        const begun = able.filter((command) => startsWith(command.keys ?? '', presses));
        const full = begun.find(
          (command) =>
            parseKeys(command.keys ?? '').length === presses.length && command.enabled?.(context()) !== false,
        );
        if (full) {
          typed = [];
          return full;
        }
        if (begun.some((command) => parseKeys(command.keys ?? '').length > presses.length)) {
          typed = presses;
          return 'pending';
        }
      }
      typed = [];
      return undefined;
    },
  };
}

function startsWith(keys: string, events: readonly KeyboardEvent[]): boolean {
  const presses = parseKeys(keys);
  return (
    presses.length >= events.length &&
    events.every((event, at) => {
      const press = presses[at];
      return press !== undefined && isPress(event, press);
    })
  );
}
