import { spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRef } from '../../shared/oci/reference.ts';
import { createStoreOpener } from '../adapters/file/store-opener.ts';
import { createTestFolder, type TestFolder } from '../adapters/file/testing/store-folder.ts';
import { openSource } from '../adapters/oci-layout/index.ts';
import { createRepositoryOpener } from '../adapters/registry/open-repository.ts';
import { createRegistrySource } from '../adapters/registry/source.ts';
import { createS3Connectors } from '../adapters/s3/client.ts';
import type { CacheSource } from '../engine/ports/cache-source.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import { transferCaches } from '../engine/transfer/transfer.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../testing/registry-server.ts';
import { createTargetOpener } from './target-opener.ts';
import type { KilledExport } from './testing/killed-export.ts';

/** All points are tried with CACHEWRIGHT_LONG=1, else some, from one that a seed chooses. */
const STRIDE = process.env.CACHEWRIGHT_LONG === '1' ? 1 : 6;
const seed = Number(process.env.CACHEWRIGHT_SEED ?? randomInt(1_000_000));

const SAMPLE = join(FIXTURES, 'sample');
const NEXT = join(FIXTURES, 'next');
const repositories = createRepositoryOpener(async () => undefined);
const s3 = { connect: createS3Connectors().connect };
const targets = createTargetOpener({ stores: createStoreOpener(), registry: { repositories }, s3 });

let folder: TestFolder;
beforeAll(async () => {
  folder = await createTestFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function exportTo(from: string, to: string) {
  return transferCaches({
    source: await openSource(from),
    openTarget: async () => (await targets.open(to, { create: true })) ?? expect.fail('no target'),
    options: { mode: 'max', ref: 'latest' },
  });
}

/** Runs the child; what it printed, or the signal that ended it. */
function run(order: KilledExport): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'testing/killed-export.ts');
    const child = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code === 0 ? output : (signal ?? `exit ${code}`)));
  });
}

/** Digest of the manifest that the reference leads to; every blob of it is read and must be whole. */
async function manifestOf(source: CacheSource): Promise<string | undefined> {
  const { caches, problems } = await source.read();
  expect(problems).toEqual([]);
  for (const { digest } of caches.flatMap(({ descriptors }) => descriptors)) {
    await using reader = await source.openBlob(digest as never);
    const hash = createHash('sha256');
    for await (const chunk of reader.stream()) hash.update(chunk);
    expect(`sha256:${hash.digest('hex')}`).toBe(digest);
  }
  return caches[0]?.manifest?.digest;
}

/** Kills an export of `next` over `sample` at every point in turn, and looks what is there. */
async function killEverywhere(place: (at: number) => string, open: (to: string) => Promise<CacheSource>) {
  const [old] = (await (await openSource(SAMPLE)).read()).caches;
  const [next] = (await (await openSource(NEXT)).read()).caches;
  let points = 0;
  for (let at = 1 + (seed % STRIDE); ; at += STRIDE) {
    const to = place(at);
    await exportTo(SAMPLE, to);
    const ended = await run({ from: NEXT, to, at });
    const found = await manifestOf(await open(to));
    if (ended === 'done') {
      expect(found).toBe(next?.manifest?.digest);
      break;
    }
    expect(ended).toBe('SIGKILL');
    points += 1;
    expect([old?.manifest?.digest, next?.manifest?.digest]).toContain(found);
    const { blobsCopied, blobsSkipped } = await exportTo(NEXT, to);
    const total = new Set(next?.descriptors.map(({ digest }) => digest)).size;
    expect(blobsCopied + blobsSkipped).toBe(total);
    expect(await manifestOf(await open(to))).toBe(next?.manifest?.digest);
  }
  return points;
}

describe(`an export that is killed leaves the old cache or the new one, and goes on (seed ${seed})`, () => {
  test('in a layout', { timeout: 120_000 }, async () => {
    const points = await killEverywhere((at) => folder.at(`layout-${at}`), openSource);
    expect(points).toBeGreaterThan(0);
  });

  describe.runIf(hasRegistryServer())('in a registry', () => {
    let server: RegistryServer;
    beforeAll(async () => {
      server = await startRegistryServer();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    test('whose tag moves last', { timeout: 120_000 }, async () => {
      const points = await killEverywhere(
        (at) => `docker://${server.host}/killed-${at}:latest`,
        async (to) => createRegistrySource(parseRef(to), { repositories }),
      );
      expect(points).toBeGreaterThan(0);
    });
  });
});
