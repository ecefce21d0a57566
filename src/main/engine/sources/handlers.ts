import type { Implementer } from '../implementer.ts';
import type { FolderLister } from '../ports/folder-lister.ts';
import type { SourceOpener } from '../ports/source-opener.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { browse } from './browse.ts';

/** `sources` of the contract. */
export function createSourcesHandlers(
  os: Implementer['sources'],
  sources: SourceRegistry,
  ports: { readonly folders: FolderLister; readonly opener: SourceOpener },
) {
  return {
    list: os.list.handler(() => [...sources.list()]),
    watch: os.watch.handler(({ signal }) => sources.watch(signal)),
    get: os.get.handler(({ input }) => sources.wake(input.sourceId)),
    add: os.add.handler(({ input }) => sources.add(input.location)),
    open: os.open.handler(({ input }) => sources.open(input.location)),
    reload: os.reload.handler(({ input }) => ({ jobId: sources.reload(input.sourceId, { force: input.force }) })),
    close: os.close.handler(async ({ input }) => {
      await sources.close(input.sourceId);
      return {};
    }),
    createStore: os.createStore.handler(({ input }) => sources.createStore(input.path)),
    browse: os.browse.handler(({ input }) => browse(input.path, ports)),
  };
}
