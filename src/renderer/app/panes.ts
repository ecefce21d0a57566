import { usePanels, usePreferences } from '../base/window-state.ts';

/** True where the inspector lies over the view instead of beside it. */
function inspectorIsSheet(): boolean {
  return window.matchMedia('(max-width: 1099px)').matches;
}

/** Shows or hides the inspector, in the form it has at this width. */
export function toggleInspector(): void {
  if (inspectorIsSheet()) usePanels.setState(({ inspectorSheet }) => ({ inspectorSheet: !inspectorSheet }));
  else usePreferences.setState(({ inspectorOpen }) => ({ inspectorOpen: !inspectorOpen }));
}

/** Hides it. */
export function closeInspector(): void {
  if (inspectorIsSheet()) usePanels.setState({ inspectorSheet: false });
  else usePreferences.setState({ inspectorOpen: false });
}

/** Folds the sources pane to a rail and back; in a window too narrow for it, opens it as a sheet. */
export function toggleSources(): void {
  if (window.matchMedia('(min-width: 1200px)').matches) {
    usePreferences.setState(({ sourcesFolded }) => ({ sourcesFolded: !sourcesFolded }));
  } else usePanels.setState(({ sourcesSheet }) => ({ sourcesSheet: !sourcesSheet }));
}
