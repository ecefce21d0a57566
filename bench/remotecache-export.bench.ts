import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createStoreOpener } from '../src/main/adapters/file/store-opener.ts';
import { openSource } from '../src/main/adapters/oci-layout/index.ts';
import { createDockerCredentialSource } from '../src/main/adapters/registry/docker-credentials.ts';
import { createRepositoryOpener } from '../src/main/adapters/registry/open-repository.ts';
import { createS3Connectors } from '../src/main/adapters/s3/client.ts';
import { createHashPool } from '../src/main/adapters/workers/hash-pool.ts';
import { transferCaches } from '../src/main/engine/transfer/transfer.ts';
import { writablePath } from '../src/main/hosts/local-path.ts';
import { createTargetOpener } from '../src/main/hosts/target-opener.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../src/main/testing/registry-server.ts';
import { CacheError } from '../src/shared/base/errors.ts';
import { type Contender, runBench } from './harness.ts';
import { writeLargeCache } from './large-cache.ts';

interface Prepared {
  readonly cache: string;
  readonly folder: string;
  readonly manifest: string;
}

const run = promisify(execFile);
const ROUNDS = 5;
const hasher = createHashPool();

await exportBench('remotecache-export', { durable: true });
await exportBench('remotecache-export-bare', { durable: false });
if (hasRegistryServer()) await pushBench();

/** An export hashes every byte and is durable; `cp` is neither, so it is measured alone and with a sync. */
function exportBench(name: string, { durable }: { readonly durable: boolean }): Promise<void> {
  return runBench<Prepared, string, string>({
    name,
    what: `export 2 GiB to a local layout, every byte hashed, durable; the peer ${durable ? 'is durable too' : 'only copies'}`,
    ...(durable ? {} : { goal: 1 / 1.3 }),
    rounds: ROUNDS,
    prepare,
    ours: {
      name: 'cachewright export',
      async run({ cache, folder }, round) {
        const to = join(folder, `ours-${round}`);
        await exportTo(cache, to);
        return to;
      },
      cleanUp: (_, path) => rm(path, { recursive: true }),
    },
    peer: {
      name: durable ? 'cp -r, sync' : 'cp -r',
      async run({ cache, folder }, round) {
        const to = join(folder, `peer-${round}`);
        await run('sh', ['-c', `cp -r "$1" "$2"${durable ? ' && sync -f "$2"' : ''}`, 'sh', cache, to]);
        return to;
      },
      cleanUp: (_, path) => rm(path, { recursive: true }),
    },
    check(ours, peer) {
      const blobs = (path: string) => readdirSync(join(path, 'blobs', 'sha256')).sort();
      deepStrictEqual(blobs(ours), blobs(peer));
    },
  });
}

/** Each push goes to a registry of its own, which has nothing yet. */
function pushBench(): Promise<void> {
  return runBench<Prepared, string, string>({
    name: 'remotecache-push',
    what: 'export 2 GiB to an empty registry on this machine',
    goal: 1,
    rounds: ROUNDS,
    prepare,
    ours: pusher('cachewright export', exportTo),
    peer: pusher('skopeo copy', async (cache, to) => {
      await run('skopeo', ['copy', '--dest-tls-verify=false', `oci:${cache}:latest`, to]);
    }),
    check(ours, peer, { manifest }) {
      strictEqual(ours, manifest);
      strictEqual(peer, manifest);
    },
  });
}

/** Pushes with a registry that is started before and stopped after; answers the digest that its tag leads to then. */
function pusher(name: string, push: (cache: string, to: string) => Promise<void>): Contender<Prepared, string> {
  let server: RegistryServer | undefined;
  return {
    name,
    async setUp() {
      server = await startRegistryServer();
    },
    async run({ cache }) {
      if (!server) throw new Error('no registry');
      await push(cache, `docker://${server.host}/cache:latest`);
      const accept = 'application/vnd.oci.image.manifest.v1+json';
      const address = `http://${server.host}/v2/cache/manifests/latest`;
      const response = await fetch(address, { method: 'HEAD', headers: { accept } });
      return response.headers.get('docker-content-digest') ?? '';
    },
    async cleanUp() {
      await server?.[Symbol.asyncDispose]();
      server = undefined;
    },
  };
}

async function prepare(folder: string): Promise<Prepared> {
  const cache = join(folder, 'cache');
  return { cache, folder, manifest: (await writeLargeCache(cache)).digest };
}

async function exportTo(cache: string, to: string): Promise<void> {
  const repositories = createRepositoryOpener(createDockerCredentialSource('/nonexistent'));
  const targets = createTargetOpener({
    stores: createStoreOpener({ pathOf: writablePath, hasher }),
    registry: { repositories },
    s3: { connect: createS3Connectors().connect },
  });
  await transferCaches({
    source: await openSource(cache),
    openTarget: async () => {
      const target = await targets.open(to, { create: true });
      if (target) return target;
      throw new CacheError('INTERNAL', 'a target that was to be created');
    },
    options: { mode: 'max' },
  });
}
