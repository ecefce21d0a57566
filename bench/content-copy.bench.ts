import { ok, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BottleFileCache } from '../src/main/adapters/file/bottle-file-cache.ts';
import { createDisk } from '../src/main/adapters/file/disk.ts';
import { CommitCopy, type Mote } from '../src/main/engine/ports/mote-cache.ts';
import { parseDigest } from '../src/shared/oci/digest.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly file: string;
  readonly mote: Mote;
  readonly store: string;
  readonly folder: string;
}

const BYTES = 256 * 1024 * 1024;

const run = promisify(execFile);

/** `cp`, then `openssl dgst` of what it wrote; durable: then fdatasync of the file and fsync of its folder. */
const COPY = 'cp "$1" "$2/copy" && openssl dgst -sha256 "$2/copy"';
const COPY_DURABLY = `${COPY} && sync -d "$2/copy" && sync "$2"`;

await copyBench('content-copy', { sync: true });
await copyBench('content-copy-unsynced', { sync: false });

function copyBench(name: string, { sync }: { readonly sync: boolean }): Promise<void> {
  return runBench<Prepared, string, string>({
    name,
    what: `commit a copy of a file of 256 MiB in the page cache, ${sync ? 'durably' : 'without fsync on either side'}`,
    goal: 1 / 1.2,
    rounds: 9,
    async prepare(folder) {
      const bytes = randomBytes(BYTES);
      const file = join(folder, 'file');
      await writeFile(file, bytes, { flush: true });
      const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
      const peer = join(folder, 'peer');
      await mkdir(peer);
      return { file, mote: { digest, mediaType: '', dataSize: BYTES }, store: join(folder, 'store'), folder: peer };
    },
    ours: {
      name: 'cachewright commit',
      async run({ file, mote, store }) {
        const cache = new BottleFileCache(store, { disk: createDisk({ sync }) });
        await cache.initialize();
        await cache.commitMote(file, mote, CommitCopy);
        return cache.moteRef(mote.digest);
      },
      cleanUp: (_prepared, path) => rmSync(path),
    },
    peer: {
      name: sync ? 'cp, openssl dgst, sync' : 'cp, openssl dgst',
      async run({ file, folder }) {
        const { stdout } = await run('sh', ['-c', sync ? COPY_DURABLY : COPY, 'sh', file, folder]);
        return stdout.trim().slice(-64);
      },
      cleanUp: ({ folder }) => rmSync(join(folder, 'copy')),
    },
    check(path, hex, { file, mote, folder }) {
      strictEqual(`sha256:${hex}`, mote.digest);
      ok(readFileSync(path).equals(readFileSync(join(folder, 'copy'))));
      ok(existsSync(file));
    },
  });
}
