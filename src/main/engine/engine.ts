import { type AppInfo, createAppHandlers } from './app/handlers.ts';
import { createPlaceRecorder } from './blob-info/place-recorder.ts';
import { createSteadyNow } from './catalog/steady-now.ts';
import { createCollectHandlers } from './collect/handlers.ts';
import { createGraphHandlers } from './graph/handlers.ts';
import { createImplementer } from './implementer.ts';
import { createJobs } from './jobs/create-jobs.ts';
import { createJobsHandlers } from './jobs/handlers.ts';
import { createKeysHandlers } from './keys/handlers.ts';
import type { SharedLayerInfo } from './layer-info/shared-layer-info.ts';
import { createLayersHandlers } from './layers/handlers.ts';
import { createOverviewHandlers } from './overview/handlers.ts';
import type { AuditLog, RecentSources } from './ports/app-state.ts';
import type { BlobHasher } from './ports/blob-hasher.ts';
import type { BIC } from './ports/blob-info-cache.ts';
import type { TargetOpener } from './ports/cache-target.ts';
import type { CatalogStore } from './ports/catalog.ts';
import type { Clock } from './ports/clock.ts';
import type { CollectNotes } from './ports/collect-notes.ts';
import type { DamageNotes, FileLooks } from './ports/damage-notes.ts';
import type { DiskUse } from './ports/disk-use.ts';
import type { FolderLister } from './ports/folder-lister.ts';
import type { LayerStore } from './ports/layer-store.ts';
import type { LocalServiceStarter } from './ports/local-service.ts';
import type { StoreOpener } from './ports/managed-store.ts';
import type { ReportSink } from './ports/report-sink.ts';
import type { S3Prober } from './ports/s3-probe.ts';
import type { SourceOpener } from './ports/source-opener.ts';
import type { Staging } from './ports/staging.ts';
import { createPruneHandlers } from './prune/handlers.ts';
import type { ServiceConnector } from './service/cache-service.ts';
import { createServiceHandlers } from './service/handlers.ts';
import { createLocalServiceHandlers } from './service/local-service.ts';
import type { S3LayerStoreConfig } from './service/types.ts';
import { createSettingsHandlers } from './settings/handlers.ts';
import { createSourceRegistry } from './sources/create-registry.ts';
import { createSourcesHandlers } from './sources/handlers.ts';
import { notingDamage } from './sources/noted-damage.ts';
import { createSourceDamage } from './sources/source-damage.ts';
import { createTransferHandlers } from './transfer/handlers.ts';
import { createImportInto } from './transfer/import-into.ts';
import { createVerifyHandlers } from './verify/handlers.ts';

/** Everything the engine needs of the world. It owns none of it: whoever made a port disposes of it. */
export interface EnginePorts {
  readonly info: AppInfo;
  readonly clock: Clock;
  readonly reports: ReportSink;
  readonly recents: RecentSources;
  readonly audit: AuditLog;
  readonly opener: SourceOpener;
  readonly stores: StoreOpener;
  readonly targets: TargetOpener;
  readonly staging: Staging;
  readonly catalogs: CatalogStore;
  readonly hasher: BlobHasher;
  readonly blobInfo: BIC;
  readonly layerInfo: SharedLayerInfo;
  readonly folders: FolderLister;
  readonly disk: DiskUse;
  readonly notes: DamageNotes;
  readonly looks: FileLooks;
  readonly collectNotes: CollectNotes;
  readonly probeS3: S3Prober;
  readonly connectService: ServiceConnector;
  /** Layers where a cache service says they lie. */
  readonly openLayers: (config: S3LayerStoreConfig) => LayerStore;
  readonly startLocalService: LocalServiceStarter;
}

/** The engine: handlers of the contract for any transport. Disposing it cancels all jobs and closes all catalogs. */
export function createEngine(ports: EnginePorts) {
  const os = createImplementer(ports.reports);
  const jobs = createJobs(ports);
  // A command leaves no trace of what it opened, and would wait for this at its end.
  const places = ports.info.host === 'cli' ? undefined : createPlaceRecorder(ports);
  const damage = createSourceDamage(ports);
  const opener = notingDamage(ports.opener, damage);
  const sources = createSourceRegistry({ ...ports, opener, jobs, places, sample: ports.info.sample });
  const engine = { ...ports, opener, damage, jobs, sources };

  const now = createSteadyNow(ports.clock);
  const importInto = createImportInto(ports.stores);
  const service = createServiceHandlers(os.service, { ...ports, sources, importInto });
  const localService = createLocalServiceHandlers(os.localService, ports);

  const router = os.router({
    app: createAppHandlers(os.app, ports.info),
    sources: createSourcesHandlers(os.sources, sources, ports),
    overview: createOverviewHandlers(os.overview, sources, ports.disk, now),
    keys: createKeysHandlers(os.keys, sources, now),
    graph: createGraphHandlers(os.graph, sources),
    layers: createLayersHandlers(os.layers, sources, ports.blobInfo, now),
    verify: createVerifyHandlers(os.verify, engine),
    prune: createPruneHandlers(os.prune, engine),
    collect: createCollectHandlers(os.collect, engine),
    transfer: createTransferHandlers(os.transfer, engine),
    service: service.handlers,
    localService: localService.handlers,
    jobs: createJobsHandlers(os.jobs, jobs, ports.audit),
    settings: createSettingsHandlers(os.settings, ports.layerInfo),
  });

  return {
    router,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      // Last exports go to it too.
      await localService[Symbol.asyncDispose]();
      await sources[Symbol.asyncDispose]();
      await jobs[Symbol.asyncDispose]();
      await places?.[Symbol.asyncDispose]();
    },
  };
}

export type Engine = ReturnType<typeof createEngine>;
