import type { Step } from './spots.ts';

/** What a key means while the graph has the focus. */
export type GraphKey =
  | { readonly type: 'walk'; readonly step: Step }
  | { readonly type: 'pan'; readonly x: number; readonly y: number }
  | { readonly type: 'zoom'; readonly steps: number }
  | { readonly type: 'fit' | 'home' | 'activate' | 'toggle' | 'centre' | 'trace' | 'why' };

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
const LETTER_STEPS: Readonly<Record<string, Step>> = { h: 'left', l: 'right', k: 'up', j: 'down' };
const PANS: Readonly<Record<Step, { readonly x: number; readonly y: number }>> = {
  left: { x: 1, y: 0 },
  right: { x: -1, y: 0 },
  up: { x: 0, y: 1 },
  down: { x: 0, y: -1 },
};

/** Reads a key press; `letters`: whether single characters act. Presses with Ctrl, Alt or Command are never ours. */
export function graphKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>,
  letters: boolean,
): GraphKey | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const arrow = STEPS[event.key];
  if (arrow) return event.shiftKey ? { type: 'pan', ...PANS[arrow] } : { type: 'walk', step: arrow };
  if (event.key === 'Enter') return { type: 'activate' };
  if (event.key === 'Home') return { type: 'home' };
  if (event.key === ' ') return { type: 'toggle' };
  if (!letters) return undefined;
  const step = LETTER_STEPS[event.key];
  if (step) return { type: 'walk', step };
  switch (event.key) {
    case '+':
    case '=':
      return { type: 'zoom', steps: 1 };
    case '-':
      return { type: 'zoom', steps: -1 };
    case '0':
      return { type: 'fit' };
    case 'c':
      return { type: 'centre' };
    case 't':
      return { type: 'trace' };
    case 'w':
      return { type: 'why' };
    default:
      return undefined;
  }
}
