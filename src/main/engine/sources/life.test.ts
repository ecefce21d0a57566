import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { CatalogSlot } from './catalog-slot.ts';
import { jobOf, type LifeEvent, type SourceLife, slotOf, sourceLife } from './life.ts';

const slot = { version: 1 } as CatalogSlot;
const newer = { version: 2 } as CatalogSlot;
const damage = new CacheError('CORRUPT', 'It is cut in half.');
const stop = new CacheError('CANCELLED', 'It was cancelled.');

const NEW: SourceLife = { phase: 'listed', isNew: true };
const KNOWN: SourceLife = { phase: 'listed', isNew: false };
const READY: SourceLife = { phase: 'ready', slot };
const READING: SourceLife = { phase: 'ready', slot, jobId: 'j1' };
const FAILED: SourceLife = { phase: 'failed', error: damage };
const GONE: SourceLife = { phase: 'gone' };
const opening = (isNew: boolean, jobId?: string): SourceLife => ({
  phase: 'opening',
  isNew,
  ...(jobId === undefined ? {} : { jobId }),
});

const begin: LifeEvent = { type: 'begin' };
const job: LifeEvent = { type: 'begin', jobId: 'j1' };
const loaded: LifeEvent = { type: 'loaded', slot: newer };
const failed: LifeEvent = { type: 'failed', error: damage };
const cancelled: LifeEvent = { type: 'cancelled', error: stop };
const stopped: LifeEvent = { type: 'stopped' };
const READ: SourceLife = { phase: 'ready', slot: newer };

test.each<[string, SourceLife, LifeEvent, SourceLife]>([
  ['listed in this session, a job begins', NEW, job, opening(true, 'j1')],
  ['listed before, its kept catalog is looked for', KNOWN, begin, opening(false)],
  ['listed, read without a job', KNOWN, loaded, READ],
  ['listed, cancelled before its turn', NEW, cancelled, GONE],
  ['listed before, cancelled before its turn', KNOWN, cancelled, { phase: 'failed', error: stop }],
  ['listed, the engine stops', NEW, stopped, NEW],
  ['opening, no kept catalog fits: a job begins', opening(false), job, opening(false, 'j1')],
  ['opening, read', opening(true, 'j1'), loaded, READ],
  ['opening, cannot be read', opening(true, 'j1'), failed, FAILED],
  ['opening for the first time, cancelled', opening(true, 'j1'), cancelled, GONE],
  ['opening again, cancelled', opening(false, 'j1'), cancelled, { phase: 'failed', error: stop }],
  ['opening, the engine stops', opening(true, 'j1'), stopped, NEW],
  ['ready, read again by a job', READY, job, READING],
  ['ready, read again without a job', READY, begin, READY],
  ['ready and read again, another catalog', READING, loaded, READ],
  ['ready and read again, cannot be read any more', READING, failed, FAILED],
  ['ready and read again, cancelled', READING, cancelled, READY],
  ['ready and read again, the engine stops', READING, stopped, READY],
  ['failed, tried again', FAILED, job, opening(false, 'j1')],
  ['failed, read without a job', FAILED, loaded, READ],
  ['failed, the trial is cancelled', FAILED, cancelled, FAILED],
  ['failed, the engine stops', FAILED, stopped, FAILED],
  ['gone, read', GONE, loaded, GONE],
  ['gone, tried again', GONE, job, GONE],
])('%s', (_, before, event, after) => {
  expect(sourceLife(before, event)).toEqual(after);
});

test('only a ready source has a catalog, only one that is read has a job', () => {
  expect([NEW, opening(true, 'j1'), READY, READING, FAILED, GONE].map(slotOf)).toEqual([
    undefined,
    undefined,
    slot,
    slot,
    undefined,
    undefined,
  ]);
  expect([NEW, opening(true, 'j1'), opening(true), READY, READING, FAILED, GONE].map(jobOf)).toEqual([
    undefined,
    'j1',
    undefined,
    undefined,
    'j1',
    undefined,
    undefined,
  ]);
});
