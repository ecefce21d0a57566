import { z } from 'zod';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { type ColumnState, NO_CHANGES } from './column-state.ts';

const stateSchema = z.object({
  order: z.array(z.string()),
  visibility: z.record(z.string(), z.boolean()),
  sizing: z.record(z.string(), z.number().finite()),
  pinning: z.object({ start: z.array(z.string()), end: z.array(z.string()) }),
});

/** What was kept before columns could be pinned. */
const firstSchema = z.object({
  order: z.array(z.string()),
  on: z.array(z.string()),
  off: z.array(z.string()),
  widths: z.record(z.string(), z.number().finite()),
});

/** Rises when the meaning of what is kept changes. */
const VERSION = 2;

interface ColumnMemory {
  /** By the name of the table. */
  readonly tables: Readonly<Record<string, ColumnState>>;
}

const useMemory = create<ColumnMemory>()(
  persist(() => ({ tables: {} }), {
    name: 'cachewright.columns',
    version: VERSION,
    migrate: (kept, version) => ({ tables: version === 1 ? readFirst(kept) : {} }),
    merge: (kept) => ({ tables: readKept(kept) }),
  }),
);

/** Returns the columns that someone chose for a table, kept on this machine, and how to keep others. */
export function useColumnMemory(table: string): readonly [ColumnState, (change: Partial<ColumnState>) => void] {
  const state = useMemory(({ tables }) => tables[table]) ?? NO_CHANGES;
  const keep = (change: Partial<ColumnState>): void => {
    useMemory.setState(({ tables }) => ({
      tables: { ...tables, [table]: { ...(tables[table] ?? NO_CHANGES), ...change } },
    }));
  };
  return [state, keep];
}

/** Reads what was kept, table by table: one that is damaged is forgotten, the others stay. */
export function readKept(kept: unknown): Readonly<Record<string, ColumnState>> {
  return readTables(kept, 'tables', (one) => stateSchema.safeParse(one).data);
}

/** Reads what version 1 kept. */
export function readFirst(kept: unknown): Readonly<Record<string, ColumnState>> {
  return readTables(kept, 'views', (one) => {
    const read = firstSchema.safeParse(one).data;
    if (read === undefined) return undefined;
    const turned = [...read.on.map((id) => [id, true] as const), ...read.off.map((id) => [id, false] as const)];
    return {
      order: read.order,
      visibility: Object.fromEntries(turned),
      sizing: read.widths,
      pinning: NO_CHANGES.pinning,
    };
  });
}

function readTables(
  kept: unknown,
  field: string,
  read: (one: unknown) => ColumnState | undefined,
): Readonly<Record<string, ColumnState>> {
  const all = z.object({ [field]: z.record(z.string(), z.unknown()) }).safeParse(kept).data?.[field] ?? {};
  return Object.fromEntries(
    Object.entries(all).flatMap(([table, one]) => {
      const state = read(one);
      return state === undefined ? [] : [[table, state] as const];
    }),
  );
}
