import { z } from 'zod';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

const savedViewSchema = z.object({
  name: z.string().min(1),
  /** The expression, as the command line takes it. */
  filter: z.string(),
  /** `own:desc`; absent: the table's own order. */
  sort: z.string().optional(),
  /** Listed first, and in the sources pane. */
  pinned: z.boolean(),
});

/** A filter and a sort under a name; it can be used on every source. */
export type SavedView = z.infer<typeof savedViewSchema>;

const keptSchema = z.object({ views: z.array(savedViewSchema) });

/** What someone finds before they have saved anything. */
const FIRST_VIEWS: readonly SavedView[] = [
  { name: 'Big and old', filter: 'size:>1MiB age:>7d', sort: 'own:desc', pinned: true },
  { name: 'Cache mounts', filter: 'kind:mount', pinned: true },
];

/** All saved views of this machine. */
export const useSavedViews = create<{ readonly views: readonly SavedView[] }>()(
  persist(() => ({ views: FIRST_VIEWS }), {
    name: 'cachewright.saved-views',
    version: 1,
    merge: (kept) => ({ views: readSavedViews(kept) }),
  }),
);

/** What was kept; the first views where it is damaged or of another version. */
export function readSavedViews(kept: unknown): readonly SavedView[] {
  const read = keptSchema.safeParse(kept);
  return read.success ? read.data.views : FIRST_VIEWS;
}

/** Adds a view, or replaces the one of the same name. Pinned ones stand first. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const others = views.filter((one) => one.name !== view.name);
  const all = [...others, view];
  return [...all.filter((one) => one.pinned), ...all.filter((one) => !one.pinned)];
}

/** Without the view of this name. */
export function withoutView(views: readonly SavedView[], name: string): readonly SavedView[] {
  return views.filter((one) => one.name !== name);
}
