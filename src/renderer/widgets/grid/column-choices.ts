import { z } from 'zod';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { type ColumnChoice, NO_CHOICE } from './column-layout.ts';

const choiceSchema = z.object({
  order: z.array(z.string()),
  on: z.array(z.string()),
  off: z.array(z.string()),
  widths: z.record(z.string(), z.number().finite()),
});

/** What is kept of all views: version 1. What does not fit it any more is forgotten. */
const keptSchema = z.object({ views: z.record(z.string(), choiceSchema) });

interface ColumnChoices {
  readonly views: Readonly<Record<string, ColumnChoice>>;
  readonly choose: (view: string, choice: ColumnChoice) => void;
}

const useChoices = create<ColumnChoices>()(
  persist(
    (set) => ({
      views: {},
      choose: (view, choice) => set(({ views }) => ({ views: { ...views, [view]: choice } })),
    }),
    {
      name: 'cachewright.columns',
      version: 1,
      partialize: ({ views }) => ({ views }),
      merge: (kept, now) => ({ ...now, views: readKept(kept) }),
    },
  ),
);

/** The columns someone chose for a view, kept on this machine, and how to choose others. */
export function useColumnChoice(view: string): readonly [ColumnChoice, (choice: ColumnChoice) => void] {
  const choice = useChoices((state) => state.views[view]) ?? NO_CHOICE;
  return [choice, (next) => useChoices.getState().choose(view, next)];
}

/** The kept choices, or none where they are damaged or of another version. */
export function readKept(kept: unknown): Readonly<Record<string, ColumnChoice>> {
  const read = keptSchema.safeParse(kept);
  return read.success ? read.data.views : {};
}
