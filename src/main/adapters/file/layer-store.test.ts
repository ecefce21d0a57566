import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeLayerStore } from '../../engine/ports/layer-store.suite.ts';
import { createMoteLayerStore } from '../../engine/store/mote-layer-store.ts';
import { BottleFileCache } from './bottle-file-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'cachewright-layers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeLayerStore('a folder', {
  open: async () => {
    const motes = new BottleFileCache(folder);
    await motes.initialize();
    return createMoteLayerStore(motes);
  },
  damage: async ({ digest }, bytes) => writeFileSync(join(folder, 'blobs', ...digest.split(':')), bytes),
  contents: async () => ({
    layers: readdirSync(join(folder, 'blobs/sha256')).map((hex) => `sha256:${hex}`),
    leftovers: readdirSync(join(folder, 'ingest')).length,
  }),
});
