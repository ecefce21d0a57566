import type { BrowseEntry } from '../../../shared/contract/sources.ts';
import type { FolderLister } from '../ports/folder-lister.ts';
import type { SourceOpener } from '../ports/source-opener.ts';

/** Entries beyond this many are listed without looking into them: a folder of a hundred thousand must still open. */
const MAX_PROBED = 1000;

/** A folder as the open dialog shows it: folders, and those files that would open. */
export async function browse(
  path: string | undefined,
  ports: { readonly folders: FolderLister; readonly opener: SourceOpener },
): Promise<{ path: string; parent?: string; entries: BrowseEntry[] }> {
  const listed = await ports.folders.list(path);
  const entries = await Promise.all(
    listed.entries.map(async ({ name, path: entryPath, isFolder }, index) => {
      const kind = index < MAX_PROBED ? await ports.opener.probe(entryPath) : undefined;
      return isFolder || kind ? { name, path: entryPath, ...(kind ? { kind } : {}) } : undefined;
    }),
  );
  return {
    path: listed.path,
    ...(listed.parent === undefined ? {} : { parent: listed.parent }),
    entries: entries.filter((entry) => entry !== undefined),
  };
}
