import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createDuckdbCatalogStore } from '../adapters/duckdb/index.ts';
import { createStaging } from '../adapters/file/staging.ts';
import { createStoreOpener } from '../adapters/file/store-opener.ts';
import { createFolderLister } from '../adapters/local-folders/index.ts';
import { createMemoryRecents } from '../adapters/memory/recent-sources.ts';
import { createRedisLayerInfoCache } from '../adapters/redis/layer-info-cache.ts';
import { createDockerCredentialSource } from '../adapters/registry/docker-credentials.ts';
import { createRepositoryOpener } from '../adapters/registry/open-repository.ts';
import { createSqliteAudit, createSqliteRecents, createSqliteSettings } from '../adapters/sqlite/app-state.ts';
import { createSqliteBlobInfoCache } from '../adapters/sqlite/blob-info-cache.ts';
import { createSqliteLayerInfoCache } from '../adapters/sqlite/layer-info-cache.ts';
import { openStateDatabase } from '../adapters/sqlite/state-database.ts';
import { createHashPool } from '../adapters/workers/hash-pool.ts';
import type { AppInfo } from '../engine/app/handlers.ts';
import { createEngine } from '../engine/engine.ts';
import { createSharedLayerInfo } from '../engine/layer-info/shared-layer-info.ts';
import { createLocalClient } from '../engine/local-client.ts';
import { systemClock } from '../engine/ports/clock.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createErrorLog } from './error-log.ts';
import { writablePath } from './local-path.ts';
import { makeOwnFolder } from './own-folder.ts';
import { createPassingFolder } from './passing-folder.ts';
import { PROJECT_FOLDER } from './places.ts';
import { sourceAdapters } from './source-adapters.ts';
import { createSourceOpener } from './source-opener.ts';
import { stateFolders } from './state-folders.ts';
import { createTargetOpener } from './target-opener.ts';

/** Which host asks, and its environment. */
export interface ComposeOptions {
  readonly host: AppInfo['host'];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The engine on its real adapters, for any host. A window keeps its list of sources and their catalogs; a command
 * leaves no trace of what it opened, but its changes are in the same audit log.
 * @throws when the program's own folders cannot be used
 */
export async function composeEngine({ host, environment }: ComposeOptions): Promise<EngineHandle> {
  const folders = stateFolders(environment);
  await makeOwnFolder(folders.state, 'CACHEWRIGHT_STATE_DIR');
  await makeOwnFolder(folders.cache, 'CACHEWRIGHT_CACHE_DIR');
  await using cleanup = new AsyncDisposableStack();
  const database = openStateDatabase(join(folders.state, 'state.sqlite'));
  cleanup.defer(() => database.close());
  const isWindow = host !== 'cli';
  const catalogFolder = isWindow
    ? join(folders.cache, 'catalogs')
    : cleanup.use(await createPassingFolder(join(folders.cache, 'passing'))).path;

  // One for sources and targets, so that a registry is told once who asks.
  const repositories = createRepositoryOpener(
    createDockerCredentialSource(environment.DOCKER_CONFIG ?? join(homedir(), '.docker')),
  );

  // SQLite in this process answers in microseconds: a memory cache in front would only add a second truth.
  const layerInfo = cleanup.use(
    createSharedLayerInfo({
      local: createSqliteLayerInfoCache(database),
      open: createRedisLayerInfoCache,
      settings: createSqliteSettings(database),
      clock: systemClock,
      fixedUrl: environment.CACHEWRIGHT_REDIS_URL,
      ...(isWindow ? {} : { onDegraded: warnOnce() }),
    }),
  );

  // Made when a transfer first needs it; goes with the program.
  const staged = cleanup.use(new AsyncDisposableStack());
  const stores = createStoreOpener({ pathOf: writablePath });
  const blobInfo = createSqliteBlobInfoCache(database);

  const engine = cleanup.use(
    createEngine({
      info: {
        host,
        version: await projectVersion(),
        sample: await sampleFolder(),
        storeFolder: folders.store,
        homeFolder: homedir(),
        platform: process.platform,
      },
      clock: systemClock,
      reports: createErrorLog(join(folders.state, 'errors.log')),
      recents: isWindow ? createSqliteRecents(database) : createMemoryRecents(),
      audit: createSqliteAudit(database),
      opener: createSourceOpener(sourceAdapters({ registry: { repositories, layerInfo: layerInfo.cache } })),
      stores,
      targets: createTargetOpener({ stores, registry: { repositories, blobInfo } }),
      staging: createStaging(async () => staged.use(await createPassingFolder(join(folders.cache, 'staging'))).path),
      catalogs: createDuckdbCatalogStore({ folder: catalogFolder }),
      blobInfo,
      layerInfo,
      hasher: cleanup.use(createHashPool()),
      folders: createFolderLister(),
    }),
  );
  const owned = cleanup.move();
  return {
    router: engine.router,
    client: createLocalClient(engine),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A command says once that it went on without the shared cache, however often that goes, and only when it had asked for it. */
function warnOnce(): (reason: string) => void {
  let said = false;
  return (reason) => {
    if (said) return;
    said = true;
    process.stderr.write(`Warning: ${reason} Layer paths and sizes come from this machine.\n`);
  };
}

/** Canonical, so that it is recognised in the list. In a package it lies beside the archive, as a folder like any other. */
async function sampleFolder(): Promise<string> {
  const folder = join(PROJECT_FOLDER.replace(/\.asar$/, '.asar.unpacked'), 'fixtures', 'sample');
  return realpath(folder).catch(() => folder);
}

async function projectVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PROJECT_FOLDER, 'package.json'), 'utf8')) as { version: string };
  return version;
}
