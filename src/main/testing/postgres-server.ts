import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, globSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';

/** A real Postgres server of one test file on a free loopback port, with a folder of its own. */
export interface PostgresServer extends AsyncDisposable {
  /** Address of its database, with a password. */
  readonly url: string;
  readonly password: string;
  /** The address of another user, password or database. */
  urlOf(parts: { readonly password?: string; readonly database?: string; readonly searchPath?: string }): string;
  /** Ends it as a crash does: connections break, and what was committed is there at the next start. */
  crash(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

const USER = 'ada';
/** Of Debian's `nobody`: Postgres does not run as root. */
const NOBODY = 65_534;

/** Folder of the newest server of Debian's packages; they are on nobody's `PATH`. */
function programs(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
}

/** True where Debian's `postgresql` is installed; prints why its tests are skipped otherwise. */
export function hasPostgresServer(): boolean {
  const folder = programs();
  const found = folder !== undefined && spawnSync(join(folder, 'postgres'), ['--version']).status === 0;
  if (!found) process.stdout.write('skipped: the tests on Postgres need the package postgresql\n');
  return found;
}

/** Makes a database and starts a server on it: about two seconds. It needs no service and no fixed path. */
export async function startPostgresServer(): Promise<PostgresServer> {
  // A path of a socket is short, so the folder is not below a long one.
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-postgres-'));
  const [port = 0] = await freePorts(1);
  const password = 'pass/word-0123456789';
  const bin = programs() ?? '';
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const data = join(folder, 'data');
  const log = join(folder, 'output.log');
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  let child: ChildProcess | undefined;

  async function run(program: string, ...args: string[]): Promise<ChildProcess> {
    const output = await open(log, 'a');
    const started = spawn(join(bin, program), args, {
      ...identity,
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', output.fd, output.fd],
    });
    await output.close();
    return started;
  }
  const endOf = (of: ChildProcess) => new Promise<void>((resolve) => of.once('exit', () => resolve()));
  const logged = () => readFile(log, 'utf8').catch(() => '');

  async function start(): Promise<void> {
    const before = (await logged()).length;
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      // What a crash of the server leaves is there without it as well: only a machine that loses its power needs it.
      fsync: 'off',
      shared_buffers: '16MB',
      max_connections: 60,
    };
    const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const started = await run('postgres', '-D', data, ...options);
    child = started;
    while (!(await logged()).slice(before).includes('ready to accept connections')) {
      if (started.exitCode !== null) throw new Error(`postgres ended with ${started.exitCode}: ${await logged()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  async function crash(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = endOf(running);
    // Its immediate shutdown: nothing is finished or written, and none of its processes is left.
    running.kill('SIGQUIT');
    await ended;
  }
  async function remove(): Promise<void> {
    await crash();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const file = join(folder, 'password');
    await writeFile(file, password);
    const account = ['-U', USER, '--pwfile', file, '-A', 'scram-sha-256'];
    const init = await run('initdb', '-D', data, ...account, '-E', 'UTF8', '--no-sync');
    await endOf(init);
    if (init.exitCode !== 0) throw new Error(`initdb ended with ${init.exitCode}: ${await logged()}`);
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  const urlOf: PostgresServer['urlOf'] = ({ password: given = password, database = 'postgres', searchPath }) => {
    const options = searchPath === undefined ? '' : `?options=${encodeURIComponent(`-c search_path=${searchPath}`)}`;
    return `postgres://${USER}:${encodeURIComponent(given)}@127.0.0.1:${port}/${database}${options}`;
  };
  return { url: urlOf({}), password, urlOf, crash, start, [Symbol.asyncDispose]: remove };
}
