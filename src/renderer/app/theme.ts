import { usePreferences } from '../base/window-state.ts';

/** Keeps `data-theme` on the page equal to the preference; `system` leaves it to the tokens' own media query. */
export function followTheme(): void {
  const apply = (): void => {
    const { theme, density } = usePreferences.getState();
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    root.dataset.density = density;
  };
  apply();
  usePreferences.subscribe(apply);
}

/** True when the page is dark now. */
export function isDark(theme: 'system' | 'light' | 'dark', systemIsLight: boolean): boolean {
  return theme === 'dark' || (theme === 'system' && !systemIsLight);
}
