import { useShellState } from './shell-state.ts';

/** Where words for a screen reader are put; polite, so that they wait for the end of a sentence. */
export function LiveRegion() {
  const text = useShellState((state) => state.announcement);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
