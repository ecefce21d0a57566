import { z } from 'zod';
import type { PlanShelf } from '../ports/managed-store.ts';
import type { StoreFiles } from '../ports/store-files.ts';

/** A plan describes a state that has passed long before. */
const KEPT_MS = 24 * 3_600_000;

/** Plans as documents of a store. Whatever else lies among them is not ours to delete. */
export function createPlanShelf(files: StoreFiles): PlanShelf {
  const read = (name: string) => files.readNote({ kind: 'plan', name });
  const old = async () => (await files.listNotes('plan')).filter(({ changedAt }) => files.now() - changedAt > KEPT_MS);
  return {
    put: async (plan, text) => {
      for (const { name } of await old()) {
        if (isPlan(await read(name).catch(() => undefined), name)) await files.deleteNote({ kind: 'plan', name });
      }
      await files.placeNote({ kind: 'plan', name: plan }, text);
    },
    get: async (plan) => {
      const text = await read(plan);
      return (await old()).some(({ name }) => name === plan) ? undefined : text;
    },
  };
}

const planSchema = z.object({ plan: z.object({ plan: z.string() }) });

/** Whether a document is the plan that its name says. */
function isPlan(text: string | undefined, name: string): boolean {
  try {
    return planSchema.parse(JSON.parse(text ?? '')).plan.plan === name;
  } catch {
    return false;
  }
}
