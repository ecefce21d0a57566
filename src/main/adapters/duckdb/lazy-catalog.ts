import { CacheError } from '../../../shared/base/errors.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { seenIn } from './meta-file.ts';
import type { KeptMeta } from './settings.ts';

/**
 * A catalog that answers at once what is known of it as a whole, and opens its file with the first query.
 * @param onDamage called once when the file cannot be opened
 */
export function createLazyCatalog(
  meta: KeptMeta,
  open: () => Promise<Catalog>,
  onDamage: () => Promise<void>,
): Catalog {
  let opening: Promise<Catalog> | undefined;
  let opened: Catalog | undefined;
  let isUnusable = false;

  const file = (): Promise<Catalog> => {
    opening ??= open().then(
      (catalog) => {
        opened = catalog;
        return catalog;
      },
      async (cause: unknown) => {
        isUnusable = true;
        await onDamage();
        const hint = 'Reload the source: its catalog is built again.';
        throw new CacheError('CORRUPT', 'The catalog of this source cannot be opened.', { hint, cause });
      },
    );
    return opening;
  };

  return {
    fingerprint: meta.fingerprint,
    totals: meta.totals,
    caches: meta.caches,
    problems: meta.problems,
    du: meta.du,
    builds: meta.builds,
    seen: seenIn(meta),
    get isDamaged() {
      return isUnusable || opened?.isDamaged === true;
    },
    keysPage: async (query) => (await file()).keysPage(query),
    keysGroups: async (query) => (await file()).keysGroups(query),
    keysList: async (query) => (await file()).keysList(query),
    keysSums: async (query) => (await file()).keysSums(query),
    sumsOf: async (records) => (await file()).sumsOf(records),
    recordKeys: async (where, limit) => (await file()).recordKeys(where, limit),
    record: async (record) => (await file()).record(record),
    selector: async (record, input, alternative) => (await file()).selector(record, input, alternative),
    mentions: async (records) => (await file()).mentions(records),
    neighbourhood: async (query) => (await file()).neighbourhood(query),
    pathToRoot: async (record) => (await file()).pathToRoot(record),
    reach: async (record) => (await file()).reach(record),
    layersPage: async (query) => (await file()).layersPage(query),
    layer: async (digest) => (await file()).layer(digest),
    treemap: async (query) => (await file()).treemap(query),
    ages: async (query) => (await file()).ages(query),
    async [Symbol.asyncDispose]() {
      const catalog = await opening?.catch(() => undefined);
      await catalog?.[Symbol.asyncDispose]();
    },
  };
}
