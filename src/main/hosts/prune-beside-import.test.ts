import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TransferReport } from '../../shared/model/transfer.ts';
import { ownedName } from '../adapters/file/owner.ts';
import type { EngineHandle } from './engine-handle.ts';
import { PROJECT_FOLDER } from './places.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

let disk: Disk;
let engine: EngineHandle;
const children: ChildProcess[] = [];

beforeEach(async () => {
  disk = await createDisk();
  engine = await disk.start();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await engine[Symbol.asyncDispose]();
  await disk[Symbol.asyncDispose]();
});

/** Resolves once `look` says so, asked whenever something changes in the folder. */
function seen(folder: string, look: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => check());
    const check = () => {
      if (!look()) return;
      watcher.close();
      resolve();
    };
    check();
  });
}

const started = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

const isHalted = (pid: number) => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

const isLinux = process.platform === 'linux';

describe('a prune by one process in the middle of an import by another', () => {
  test.runIf(isLinux)(
    `takes no blob of it, though all of them were there before${isLinux ? '' : ' (skipped: processes are halted by signals of Linux)'}`,
    async () => {
      const source = await disk.copy('sample', 'origin');
      // Without names to keep, the import needs the lock only at its end.
      for (const name of readdirSync(source)) if (name.includes('provenance')) await rm(join(source, name));
      const store = join(disk.folder, 'store');
      const cli = (...args: string[]) => [join(PROJECT_FOLDER, 'bin/cachewright.js'), ...args, '--json'];
      const env = {
        ...process.env,
        CACHEWRIGHT_STATE_DIR: join(disk.folder, 's2'),
        CACHEWRIGHT_CACHE_DIR: join(disk.folder, 'c2'),
      };
      execFileSync(process.execPath, cli('import', source, '--to', store), { env });
      const opened = await openReady(engine.client, store);
      const blobs = opened.totals?.blobs ?? 0;

      // A third process holds the lock: the import leases its blobs, finds all of them there, and waits for its turn.
      const holder = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
      children.push(holder);
      await new Promise((resolve) => holder.once('spawn', resolve));
      const own = ownedName('lock', '000000000000001-');
      const held = own.replace(/\.\d+-\d+-/, `.${holder.pid}-${started(holder.pid ?? 0)}-`);
      expect(held).not.toBe(own);
      const locks = join(store, '.cachewright/locks');
      const leases = join(store, '.cachewright/leases');
      await writeFile(join(locks, held), '');

      const importing = spawn(process.execPath, cli('import', source, '--to', store, '--as', 'again'), { env });
      children.push(importing);
      let out = '';
      importing.stdout.on('data', (chunk) => {
        out += chunk;
      });
      const ended = new Promise<number | null>((resolve) => importing.once('close', resolve));
      const isTheirs = (name: string) => name.includes(`.${importing.pid}-`);
      await seen(locks, () => readdirSync(leases).some(isTheirs) && readdirSync(locks).some(isTheirs));
      // Halted while it has stepped back: a waiting process shows its lock only for a moment.
      do {
        importing.kill('SIGCONT');
        importing.kill('SIGSTOP');
        while (!isHalted(importing.pid ?? 0)) await nextTurn();
      } while (readdirSync(locks).some(isTheirs));
      holder.stdin.end();
      await new Promise((resolve) => holder.once('close', resolve));

      const plan = await engine.client.prune.plan({ sourceId: opened.id, policy: { all: true } });
      const job = await finished(
        engine.client,
        await engine.client.prune.apply({ sourceId: opened.id, plan: plan.plan }),
      );
      if (job.result?.kind !== 'prune') throw new Error(`the prune ended as ${job.state}: ${job.error?.message}`);
      // The reference went, and every blob was left to the one who still counts on it.
      expect(job.result.report.removedBlobs).toBe(0);
      expect(job.result.report.skipped).toHaveLength(blobs);

      importing.kill('SIGCONT');
      expect(await ended).toBe(0);
      expect(JSON.parse(out) as TransferReport).toMatchObject({
        blobsCopied: 0,
        blobsSkipped: blobs,
        resultsLeftOut: 0,
      });
      await engine.client.sources.reload({ sourceId: opened.id });
      const verified = await finished(engine.client, await engine.client.verify.start({ sourceId: opened.id }));
      expect(verified.result).toMatchObject({ kind: 'verify', report: { missing: [], corrupt: [] } });
      const after = await openReady(engine.client, store);
      expect(after.caches.map(({ ref }) => ref)).toEqual(['again']);
    },
    60_000,
  );
});
