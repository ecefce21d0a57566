import { join } from 'node:path';
import { describe } from 'vitest';
import { describeCacheSource } from '../../engine/ports/cache-source.suite.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { stateFolderAdapter } from './index.ts';

const tiny = dataSet('tiny');

describe.runIf(tiny)('with a state folder of a real daemon', () => {
  describeCacheSource('a state folder', { adapter: stateFolderAdapter, location: () => join(tiny ?? '', 'state') });
});
