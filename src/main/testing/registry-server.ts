import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';

/** A real registry of one test on a free loopback port, with its own folder. */
export interface RegistryServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Where it keeps a blob, which a test may damage or delete. */
  blobFile(digest: string): string;
  /** Ends the process; what it has stored stays until the end. */
  stop(): Promise<void>;
}

/** The one account of a registry that was started with `account: true`. */
export const REGISTRY_ACCOUNT = { username: 'ada', password: 'secret' } as const;
/** bcrypt of the password above, as the registry wants it. */
const HTPASSWD = 'ada:$2b$04$0I6shrbl9v6yR6RHat7DjOeWB1qyHQmJJnh/FV7aogNsyLdsL1xdy\n';

/** True where Debian's `docker-registry` is installed; prints why its tests are skipped otherwise. */
export function hasRegistryServer(): boolean {
  const found = spawnSync('docker-registry', ['--version']).status === 0;
  if (!found) process.stdout.write('skipped: the tests on a registry need the package docker-registry\n');
  return found;
}

/** What a registry starts with: the one account, or a copy of what another one has stored (a folder with `registry/v2`). */
export interface RegistryOptions {
  readonly account?: boolean;
  readonly storage?: string;
}

/** Starts a registry and waits until it answers. */
export async function startRegistryServer(options: RegistryOptions = {}): Promise<RegistryServer> {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-registry-'));
  if (options.storage) await cp(options.storage, join(folder, 'data/docker'), { recursive: true });
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    ...(options.account ? { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } } : {}),
  };
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  // YAML is a superset of JSON.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let isRunning = true;
  void ended.then(() => {
    isRunning = false;
  });
  while (
    !(await fetch(`http://${host}/v2/`).then(
      (r) => r.status < 500,
      () => false,
    ))
  ) {
    if (!isRunning) throw new Error('docker-registry ended before it answered');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    host,
    blobFile(digest) {
      const [algorithm = '', hex = ''] = digest.split(':');
      return join(folder, 'data/docker/registry/v2/blobs', algorithm, hex.slice(0, 2), hex, 'data');
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
