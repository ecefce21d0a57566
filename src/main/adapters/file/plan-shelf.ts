import * as fs from 'node:fs/promises';
import { toCacheError } from '../../../shared/base/errors.ts';
import type { PlanShelf } from '../../engine/ports/managed-store.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { namesIn, placeText } from './layout-folder.ts';

/** A plan describes a state that has passed long before. */
const KEPT_MS = 24 * 3_600_000;

/** Plans as files of a store. */
export function createPlanShelf(layout: StoreLayout, disk: Disk): PlanShelf {
  const dropOld = async () => {
    for (const name of (await namesIn(layout.plans)) ?? []) {
      const path = layout.planEntry(name);
      const stat = await fs.stat(path).catch(() => undefined);
      if (stat && Date.now() - stat.mtimeMs > KEPT_MS) await disk.remove(path);
    }
  };
  return {
    put: async (plan, text) => {
      await dropOld();
      await placeText(layout, disk, layout.plan(plan), text);
    },
    get: async (plan) => {
      const path = layout.plan(plan);
      try {
        const [text, stat] = [await fs.readFile(path, 'utf8'), await fs.stat(path)];
        return Date.now() - stat.mtimeMs > KEPT_MS ? undefined : text;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw toCacheError(error, path);
      }
    },
  };
}
