import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeCacheSource } from '../../engine/ports/cache-source.suite.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { ociLayoutAdapter, ociTarAdapter } from './index.ts';
import { tarOf, temporaryFolder } from './testing/made-layout.ts';

const SAMPLE = join(FIXTURES, 'sample');
const folder = temporaryFolder();
const tar = tarOf(SAMPLE, join(folder.path, 'sample.tar'));
afterAll(() => folder[Symbol.dispose]());

describeCacheSource('an OCI layout in a folder', { adapter: ociLayoutAdapter, location: () => SAMPLE });
describeCacheSource('an OCI layout in a tar', { adapter: ociTarAdapter, location: () => tar });
