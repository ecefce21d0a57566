import * as fs from 'node:fs/promises';
import { z } from 'zod';
import { isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { PlanShelf } from '../../engine/ports/managed-store.ts';
import type { Disk } from './disk.ts';
import { planOfFile, type StoreLayout } from './layout.ts';
import { namesIn, placeText } from './layout-folder.ts';
import { readPlainText } from './plain-text.ts';

/** A plan describes a state that has passed long before. */
const KEPT_MS = 24 * 3_600_000;

/** Plans as files of a store. */
export function createPlanShelf(layout: StoreLayout, disk: Disk): PlanShelf {
  const dropOld = async () => {
    for (const name of (await namesIn(layout.plans)) ?? []) {
      const plan = planOfFile(name);
      const path = layout.planEntry(name);
      const stat = await fs.lstat(path).catch(() => undefined);
      if (plan === undefined || !stat?.isFile() || Date.now() - stat.mtimeMs <= KEPT_MS) continue;
      if (isPlan(await readPlainText(path), plan)) await disk.remove(path);
    }
  };
  return {
    put: async (plan, text) => {
      await disk.makeFolder(layout.plans);
      await dropOld();
      await placeText(layout, disk, layout.plan(plan), text);
    },
    get: async (plan) => {
      const path = layout.plan(plan);
      try {
        const [text, stat] = [await readPlainText(path), await fs.lstat(path)];
        return Date.now() - stat.mtimeMs > KEPT_MS ? undefined : text;
      } catch (error) {
        if (isCacheError(error, 'NOT_FOUND')) return undefined;
        throw toCacheError(error, path);
      }
    },
  };
}

const planSchema = z.object({ plan: z.object({ plan: z.string() }) });

/** Whether a file is the plan that its name says. Whatever else lies among the plans is not ours to delete. */
function isPlan(text: string, name: string): boolean {
  try {
    return planSchema.parse(JSON.parse(text)).plan.plan === name;
  } catch {
    return false;
  }
}
