import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Redis server of one test, on a socket in its own folder: no port, no other user. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Ends the process, as a crash does. What it held is gone: it keeps nothing on disk. */
  stop(): Promise<void>;
  /** Makes it hang: connections stay open and are taken, and nothing is answered. */
  pause(): void;
  /** Lets it go on where it stopped. */
  resume(): void;
  /** Starts it again, empty, on the same socket. */
  start(): Promise<void>;
}

/** True where Debian's `redis-server` is installed; prints why its tests are skipped otherwise. */
export function hasRedisServer(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found) process.stdout.write('skipped: the tests on Redis need the package redis-server\n');
  return found;
}

/** Starts a server and waits until it answers. */
export async function startRedisServer(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-redis-'));
  const socket = join(folder, 'redis.sock');
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const args = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no'];
    const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    await new Promise<void>((resolve, reject) => {
      let log = '';
      started.stdout.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (/ready to accept connections/i.test(log)) resolve();
      });
      started.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${log}`)));
      started.once('error', reject);
    });
  }

  async function stop(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
    await rm(socket, { force: true });
  }

  await start();
  return {
    url: `unix://${socket}`,
    start,
    stop,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
