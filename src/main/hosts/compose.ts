import { readFile, realpath } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CacheError } from '../../shared/base/errors.ts';
import { createServiceConnector } from '../adapters/cache-service/client.ts';
import { createDuckdbCatalogStore, loadDuckdb } from '../adapters/duckdb/index.ts';
import { BottleFileCache } from '../adapters/file/bottle-file-cache.ts';
import { createDiskUse } from '../adapters/file/disk-use.ts';
import { fileLooks } from '../adapters/file/file-looks.ts';
import { createStaging } from '../adapters/file/staging.ts';
import { createStoreOpener } from '../adapters/file/store-opener.ts';
import { createFolderLister } from '../adapters/local-folders/index.ts';
import { createMemoryLayerInfoCache } from '../adapters/memory/layer-info-cache.ts';
import { NilCache } from '../adapters/memory/nil-cache.ts';
import { createMemoryRecents } from '../adapters/memory/recent-sources.ts';
import { createDockerCredentialSource } from '../adapters/registry/docker-credentials.ts';
import { createRepositoryOpener } from '../adapters/registry/open-repository.ts';
import { createS3Connectors } from '../adapters/s3/client.ts';
import { S3LayerStore } from '../adapters/s3/layer-store.ts';
import { createS3Prober } from '../adapters/s3/probe.ts';
import { createSqliteAudit, createSqliteRecents, createSqliteSettings } from '../adapters/sqlite/app-state.ts';
import { createSqliteBlobInfoCache } from '../adapters/sqlite/blob-info-cache.ts';
import { createSqliteCollectNotes } from '../adapters/sqlite/collect-notes.ts';
import { createSqliteDamageNotes } from '../adapters/sqlite/damage-notes.ts';
import { createSqliteLayerInfoCache } from '../adapters/sqlite/layer-info-cache.ts';
import { openStateDatabase } from '../adapters/sqlite/state-database.ts';
import { createHashPool } from '../adapters/workers/hash-pool.ts';
import type { AppInfo } from '../engine/app/handlers.ts';
import { createEngine } from '../engine/engine.ts';
import {
  createSharedLayerInfo,
  type LayerInfoConnector,
  sharedLayerInfoAddress,
} from '../engine/layer-info/shared-layer-info.ts';
import { createLocalClient } from '../engine/local-client.ts';
import { systemClock } from '../engine/ports/clock.ts';
import { createKeptDocuments } from '../engine/remotecache/kept-documents.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createErrorLog } from './error-log.ts';
import { writablePath } from './local-path.ts';
import { createLocalServiceStarter } from './local-service.ts';
import { makeOwnFolder } from './own-folder.ts';
import { createPassingFolder } from './passing-folder.ts';
import { PROJECT_FOLDER } from './places.ts';
import { sourceAdapters } from './source-adapters.ts';
import { createSourceOpener } from './source-opener.ts';
import { type StateFolders, stateFolders } from './state-folders.ts';
import { createTargetOpener } from './target-opener.ts';

/** Which host asks, and its environment. */
export interface ComposeOptions {
  readonly host: AppInfo['host'];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a command uses and keeps catalogs, documents and layer info of what it opens; a window always does. */
  readonly keepsCatalogs?: boolean | undefined;
  /** False: each look-up of layer info is asked of Redis or SQLite, so that tests can count them. */
  readonly hasLayerMemory?: boolean | undefined;
}

/** Other processes write to Redis and SQLite too: for a minute, what they overwrite is not seen here. */
const LAYER_MEMORY = { entries: 20_000, maxAgeMs: 60_000 } as const;

/** What commands keep, since no list says what is still wanted: some large caches, or many small ones. */
const COMMANDS_KEEP = { maxBytes: 2 * 1024 ** 3, maxSources: 50 } as const;

/**
 * The engine on its real adapters, for any host. A window keeps its list of sources and their catalogs; a command keeps
 * catalogs of what it opened, within limits, and puts nothing into the list. Its changes are in the same audit log.
 * @throws when the program's own folders cannot be used: those of a command only where the environment names them
 */
export async function composeEngine(options: ComposeOptions): Promise<EngineHandle> {
  const { host, environment, keepsCatalogs = true } = options;
  await using cleanup = new AsyncDisposableStack();
  const folders = await usableFolders(host, environment, cleanup);
  const database = openStateDatabase(join(folders.state, 'state.sqlite'));
  cleanup.defer(() => database.close());
  const isWindow = host !== 'cli';
  const catalogFolder = join(folders.cache, 'catalogs');
  // A window says when it starts, and not with the first source, that a native part is missing.
  if (isWindow) await loadDuckdb();
  // A window remembers where the blobs of what it reads are, so it must read what only a command has read.
  const catalogs = isWindow
    ? createDuckdbCatalogStore({ folder: catalogFolder })
    : keepsCatalogs
      ? createDuckdbCatalogStore({
          folder: join(folders.cache, 'commands'),
          alsoIn: catalogFolder,
          limit: COMMANDS_KEEP,
        })
      : createDuckdbCatalogStore({
          folder: cleanup.use(await createPassingFolder(join(folders.cache, 'passing'))).path,
        });

  // One for sources and targets, so that a registry is told once who asks.
  const repositories = createRepositoryOpener(
    createDockerCredentialSource(environment.DOCKER_CONFIG ?? join(homedir(), '.docker')),
  );

  const { connect: s3, renew } = createS3Connectors({ environment });

  const settings = createSqliteSettings(database);
  const redisUrl = environment.CACHEWRIGHT_REDIS_URL;
  const mayShare = isWindow || sharedLayerInfoAddress(settings, redisUrl) !== undefined;

  // A command ends before it asks twice.
  const layerMemory =
    isWindow && options.hasLayerMemory !== false ? createMemoryLayerInfoCache(LAYER_MEMORY) : undefined;
  const layerInfo = cleanup.use(
    createSharedLayerInfo({
      memory: layerMemory,
      local: createSqliteLayerInfoCache(database),
      open: mayShare ? await redisConnector() : noConnector,
      settings,
      clock: systemClock,
      fixedUrl: redisUrl,
      ...(isWindow ? {} : { onDegraded: warnOnce() }),
    }),
  );

  // Made when a transfer first needs it; goes with the program.
  const staged = cleanup.use(new AsyncDisposableStack());
  const hasher = cleanup.use(createHashPool());
  const stores = createStoreOpener({ pathOf: writablePath, hasher });
  const blobInfo = createSqliteBlobInfoCache(database);

  // Read anew means anew: neither yesterday's answers of a registry nor its documents count.
  const remembered = keepsCatalogs ? { layerInfo: layerInfo.cache } : {};
  const documents = createKeptDocuments(
    keepsCatalogs ? new BottleFileCache(join(folders.cache, 'documents')) : new NilCache(),
  );

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
      opener: createSourceOpener(sourceAdapters({ registry: { repositories, documents, ...remembered }, s3 })),
      stores,
      targets: createTargetOpener({ stores, registry: { repositories, blobInfo }, s3: { connect: s3 } }),
      staging: createStaging(async () => staged.use(await createPassingFolder(join(folders.cache, 'staging'))).path),
      catalogs,
      blobInfo,
      layerInfo,
      hasher,
      folders: createFolderLister(),
      disk: createDiskUse(),
      notes: createSqliteDamageNotes(database),
      looks: fileLooks,
      collectNotes: createSqliteCollectNotes(database),
      probeS3: createS3Prober(s3, renew),
      connectService: createServiceConnector(),
      openLayers: (config) => new S3LayerStore(config, { connect: s3, ...remembered }),
      startLocalService: createLocalServiceStarter(join(folders.state, 'service'), environment),
    }),
  );
  const owned = cleanup.move();
  return {
    router: engine.router,
    client: createLocalClient(engine),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Loaded apart: a third of all code, which a command without a shared cache never runs. */
async function redisConnector(): Promise<LayerInfoConnector> {
  return (await import('../adapters/redis/layer-info-cache.ts')).createRedisLayerInfoCache;
}

function noConnector(): never {
  throw new CacheError('INTERNAL', 'This command has no address of a shared cache.');
}

/**
 * Makes the folders of the program's own. A command that cannot write to those of its user (a read-only or missing home) goes
 * on with a folder that lasts as long as it does.
 * @throws as `makeOwnFolder`
 */
async function usableFolders(
  host: ComposeOptions['host'],
  environment: ComposeOptions['environment'],
  cleanup: AsyncDisposableStack,
): Promise<StateFolders> {
  const folders = stateFolders(environment);
  try {
    await makeOwnFolder(folders.state, 'CACHEWRIGHT_STATE_DIR');
    await makeOwnFolder(folders.cache, 'CACHEWRIGHT_CACHE_DIR');
    return folders;
  } catch (error) {
    const isChosen = environment.CACHEWRIGHT_STATE_DIR || environment.CACHEWRIGHT_CACHE_DIR;
    if (host !== 'cli' || isChosen) throw error;
    const { path } = cleanup.use(await createPassingFolder(join(tmpdir(), `cachewright-${userInfo().uid}`)));
    process.stderr.write(`Warning: ${folders.state} cannot be written to: nothing is remembered of this command.\n`);
    return { state: join(path, 'state'), cache: join(path, 'cache'), store: folders.store };
  }
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
