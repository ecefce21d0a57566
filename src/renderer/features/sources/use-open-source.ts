import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../../shared/model/source.ts';
import { withoutAccount } from '../../../shared/oci/reference.ts';
import { placeOf, sourceHref } from '../../base/address.ts';
import { useShell } from '../../base/shell-context.ts';
import { rememberLocation } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';

/**
 * Opens a location and goes to it; `false` where it did not. A failure to start is told to `onFailure`, or else in the
 * window; one while reading shows in the source itself.
 */
export function useOpenSource(
  onFailure?: (title: string, error: unknown) => void,
): (location: string) => Promise<boolean> {
  const engine = useEngine();
  const { fail } = useShell();
  return async (location) => {
    try {
      const { source } = await engine.sources.open({ location });
      rememberLocation(source.location);
      navigate(sourceHref(source.id, 'overview'));
      return true;
    } catch (error) {
      (onFailure ?? fail)(`${withoutAccount(location)} was not opened`, error);
      return false;
    }
  };
}

/** Takes a source from the list; the view moves on to the next one. */
export function useCloseSource(): (source: Source, all: readonly Source[]) => Promise<void> {
  const engine = useEngine();
  const { fail, offerUndo } = useShell();
  const open = useOpenSource();
  return async (source, all) => {
    try {
      await engine.sources.close({ sourceId: source.id });
      offerUndo({
        text: `${source.name} was taken from the list.`,
        undo: async () => void (await open(source.location)),
      });
      if (placeOf(window.location.pathname).sourceId !== source.id) return;
      const at = all.findIndex((one) => one.id === source.id);
      const next = all[at + 1] ?? all[at - 1];
      navigate(next ? sourceHref(next.id, 'overview') : '/', { replace: true });
    } catch (error) {
      fail(`${source.name} was not closed`, error);
    }
  };
}
