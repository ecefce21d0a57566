import { useSyncExternalStore } from 'react';

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** How the window is laid out: `wide` three panes, `rail` sources as a rail, `sheet` the inspector over the view too, `single` one column. */
export type WindowForm = 'wide' | 'rail' | 'sheet' | 'single';

/** The form of the window by its width in CSS px. */
export function useWindowForm(): WindowForm {
  const wide = useMedia('(min-width: 1200px)');
  const rail = useMedia('(min-width: 1100px)');
  const sheet = useMedia('(min-width: 1024px)');
  return wide ? 'wide' : rail ? 'rail' : sheet ? 'sheet' : 'single';
}
