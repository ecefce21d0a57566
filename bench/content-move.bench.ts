import { ok, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BottleFileCache } from '../src/main/adapters/file/bottle-file-cache.ts';
import { CommitMove, type Mote } from '../src/main/engine/ports/mote-cache.ts';
import { parseDigest } from '../src/shared/oci/digest.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly file: string;
  readonly mote: Mote;
  readonly store: string;
  readonly peerFile: string;
  readonly folder: string;
}

const BYTES = 64 * 1024 * 1024;

const run = promisify(execFile);

/** A commit checks the digest and is durable; `mv` does neither, so it is measured both alone and with the rest. */
const MOVE = 'mv "$1" "$2/moved"';
const MOVE_CHECKED = `openssl dgst -sha256 "$1" && ${MOVE} && sync -d "$2/moved" && sync "$2"`;

await moveBench('content-move', { checked: true });
await moveBench('content-move-bare', { checked: false });

function moveBench(name: string, { checked }: { readonly checked: boolean }): Promise<void> {
  return runBench<Prepared, string, string>({
    name,
    what: `commit a file of 64 MiB by moving it, checked and durably; the peer ${checked ? 'too' : 'only moves it'}`,
    rounds: 15,
    async prepare(folder) {
      const bytes = randomBytes(BYTES);
      const [file, peerFile, peer] = [join(folder, 'file'), join(folder, 'peer-file'), join(folder, 'peer')];
      for (const path of [file, peerFile]) await writeFile(path, bytes, { flush: true });
      await mkdir(peer);
      const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
      const mote = { digest, mediaType: '', dataSize: BYTES };
      return { file, mote, store: join(folder, 'store'), peerFile, folder: peer };
    },
    ours: {
      name: 'cachewright commit',
      async run({ file, mote, store }) {
        const cache = new BottleFileCache(store);
        await cache.initialize();
        await cache.commitMote(file, mote, CommitMove);
        return cache.moteRef(mote.digest);
      },
      cleanUp: ({ file }, path) => renameSync(path, file),
    },
    peer: {
      name: checked ? 'openssl dgst, mv, sync' : 'mv',
      async run({ peerFile, folder }) {
        await run('sh', ['-c', checked ? MOVE_CHECKED : MOVE, 'sh', peerFile, folder]);
        return join(folder, 'moved');
      },
      cleanUp: ({ peerFile }, path) => renameSync(path, peerFile),
    },
    check(path, moved, { file, peerFile }) {
      strictEqual(statSync(path).size, BYTES);
      strictEqual(statSync(moved).size, BYTES);
      ok(!existsSync(file));
      ok(!existsSync(peerFile));
    },
  });
}
