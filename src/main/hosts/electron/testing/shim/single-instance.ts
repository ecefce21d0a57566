import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a second process says to the one that holds the lock. */
export interface SecondInstance {
  readonly argv: readonly string[];
  readonly folder: string;
}

/** A lock that this process holds. */
export interface InstanceLock {
  release(): void;
}

/**
 * Takes the lock of a folder of user data; where another process holds it, that one hears what this one was asked.
 * As in Chromium, the lock is a link that names the process, and one whose process is gone is taken over.
 * Source: electronjs.org/docs/latest/api/app#apprequestsingleinstancelockadditionaldata;
 * chrome/browser/process_singleton_posix.cc.
 */
export function takeLock(
  userData: string,
  own: SecondInstance,
  onSecond: (second: SecondInstance) => void,
): InstanceLock | undefined {
  mkdirSync(userData, { recursive: true });
  const lock = join(userData, 'SingletonLock-shim');
  // Names of sockets are short, and folders of tests are not.
  const socket = join(
    tmpdir(),
    `electron-shim-${createHash('sha256').update(userData).digest('hex').slice(0, 16)}.sock`,
  );
  for (;;) {
    try {
      symlinkSync(String(process.pid), lock);
      break;
    } catch {
      if (notify(socket, own)) return undefined;
      if (isAlive(lock)) return undefined;
      rmSync(lock, { force: true });
    }
  }
  rmSync(socket, { force: true });
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    let text = '';
    connection.on('data', (chunk) => {
      text += chunk.toString();
    });
    connection.once('end', () => {
      connection.end('ACK');
      onSecond(JSON.parse(text) as SecondInstance);
    });
  });
  server.listen(socket);
  server.unref();
  const release = (): void => {
    server.close();
    rmSync(lock, { force: true });
    rmSync(socket, { force: true });
  };
  process.once('exit', release);
  return {
    release() {
      process.off('exit', release);
      release();
    },
  };
}

/** Sends and waits for the answer in a process of its own, since the caller must know at once. */
function notify(socket: string, own: SecondInstance): boolean {
  const script = `const c = require('node:net').connect(${JSON.stringify(socket)});
    c.on('error', () => process.exit(1)); c.on('data', () => process.exit(0)); c.end(process.argv[1]);`;
  return spawnSync(process.execPath, ['-e', script, JSON.stringify(own)], { timeout: 10_000 }).status === 0;
}

function isAlive(lock: string): boolean {
  try {
    process.kill(Number(readlinkSync(lock)), 0);
    return true;
  } catch {
    return false;
  }
}
