import type { Implementer } from '../implementer.ts';
import type { Clock } from '../ports/clock.ts';
import type { FolderLister } from '../ports/folder-lister.ts';
import type { S3Prober } from '../ports/s3-probe.ts';
import type { SourceOpener } from '../ports/source-opener.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { browse } from './browse.ts';
import { checkS3 } from './check-s3.ts';

/** `sources` of the contract. */
export function createSourcesHandlers(
  os: Implementer['sources'],
  sources: SourceRegistry,
  ports: {
    readonly folders: FolderLister;
    readonly opener: SourceOpener;
    readonly probeS3: S3Prober;
    readonly clock: Clock;
  },
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
    checkS3: os.checkS3.handler(({ input: { location, mayWrite }, signal }) =>
      checkS3(ports.probeS3(location), { clock: ports.clock, mayWrite, signal }),
    ),
    browse: os.browse.handler(({ input }) => browse(input.path, ports)),
  };
}
