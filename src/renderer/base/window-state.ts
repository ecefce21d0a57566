import { z } from 'zod';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** What a person has chosen for the window; kept in this browser or on this machine. */
const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['compact', 'comfortable']).default('compact'),
  /** WCAG 2.1.4: shortcuts of one letter can be switched off. */
  letterShortcuts: z.boolean().default(true),
  sourcesWidth: z.number().min(160).max(320).default(224),
  sourcesFolded: z.boolean().default(false),
  inspectorWidth: z.number().min(280).max(520).default(340),
  inspectorOpen: z.boolean().default(true),
  jobsHeight: z.number().min(100).max(600).default(200),
  /** Locations opened before, newest first. */
  recent: z.array(z.string()).default([]),
  /** Repositories that a cache was exported to, newest first. */
  recentTargets: z.array(z.string()).default([]),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** Rises when the meaning of a field changes; fields that no longer fit their schema fall back to their defaults. */
const VERSION = 1;

/** Reads what was kept, field by field: one bad value does not lose the others. */
export function readPreferences(kept: unknown): Preferences {
  const fields = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  const good = Object.entries(preferencesSchema.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(fields[name]);
    return parsed.success ? [[name, parsed.data] as const] : [];
  });
  return preferencesSchema.parse(Object.fromEntries(good));
}

/** The preferences. Change them with `usePreferences.setState({ theme: 'dark' })`. */
export const usePreferences = create<Preferences>()(
  persist(() => preferencesSchema.parse({}), {
    name: 'cachewright.preferences',
    version: VERSION,
    merge: (kept) => readPreferences(kept),
    migrate: (kept) => readPreferences(kept),
  }),
);

/** How many recent locations are kept. */
const RECENT = 12;

/** Notes that a location was opened. */
export function rememberLocation(location: string): void {
  usePreferences.setState(({ recent }) => ({ recent: withNewest(recent, location) }));
}

/** Notes that a cache was exported to a repository. */
export function rememberTarget(reference: string): void {
  usePreferences.setState(({ recentTargets }) => ({ recentTargets: withNewest(recentTargets, reference) }));
}

function withNewest(list: readonly string[], newest: string): string[] {
  return [newest, ...list.filter((one) => one !== newest)].slice(0, RECENT);
}

/** Panels that are open now and are not kept. */
interface PanelState {
  /** The inspector as a sheet, in a narrow window. */
  readonly inspectorSheet: boolean;
  /** The sources pane as a sheet, in a narrow window. */
  readonly sourcesSheet: boolean;
  readonly jobsDrawer: boolean;
  readonly dialog: 'palette' | 'keys' | 'open' | 'connect-s3' | 'create-store' | undefined;
}

export const usePanels = create<PanelState>()(() => ({
  inspectorSheet: false,
  sourcesSheet: false,
  jobsDrawer: false,
  dialog: undefined,
}));

/** Opens one of the window's dialogs, or closes the open one. */
export function showDialog(dialog: PanelState['dialog']): void {
  usePanels.setState({ dialog });
}
