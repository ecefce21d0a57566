import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SmallService, startSmallService } from '../../adapters/cache-service/testing/small-service.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Report {
  readonly asked: number;
  readonly pushed: number;
  readonly skipped: number;
  readonly noBlob: number;
  readonly bytesPushed: number;
  readonly bytesSaved: number;
  readonly importedRecords: number;
}

interface Layer {
  readonly digest: string;
}

const tiny = dataSet('tiny');

describe('sync --once', () => {
  let work: Workspace;
  let folder: string;
  let services = 0;
  beforeAll(async () => {
    work = await createWorkspace();
    folder = await mkdtemp(join(tmpdir(), 'cachewright-service-'));
  });
  afterAll(async () => {
    await work?.remove();
    await rm(folder, { recursive: true, force: true });
  });
  const startService = (options = {}): Promise<SmallService> => {
    services += 1;
    return startSmallService(join(folder, String(services)), options);
  };

  test('pushes what is asked for, the second time nothing, and another machine gets the same keys and layers', async () => {
    await using service = await startService();
    const first = await work.json<Report>('sync', fixture('sample'), '--service', service.url, '--once');
    expect(first.asked).toBeGreaterThan(10);
    expect(first).toMatchObject({ pushed: first.asked, skipped: 0, noBlob: 0, bytesSaved: 0 });
    expect(first.bytesPushed).toBe(service.bytes);

    const again = await work.json<Report>('sync', fixture('sample'), '--service', service.url, '--once');
    expect(again).toEqual({ ...first, asked: 0, pushed: 0, bytesPushed: 0 });

    const empty = work.path('empty-store');
    const store = work.path('team-store');
    await work.json('import', fixture('min'), '--to', empty);
    await work.json('sync', empty, '--service', service.url, '--once', '--import-to', store);
    const keys = async (at: string, ...more: string[]) => {
      const rows = await work.json<{ digest: string; results: { layers: string[] }[] }[]>('keys', at, ...more);
      return new Set(rows.map(({ digest, results }) => JSON.stringify([digest, results.map(({ layers }) => layers)])));
    };
    const here = await keys(fixture('sample'));
    const there = await keys(store, '--ref', 'team');
    expect(here.size).toBeGreaterThan(10);
    for (const key of here) expect(there).toContain(key);
    const layers = await work.json<Layer[]>('layers', store);
    for (const { digest } of await work.json<Layer[]>('layers', fixture('sample'))) {
      expect(layers.map((layer) => layer.digest)).toContain(digest);
    }
    expect((await work.run('verify', store)).code).toBe(0);
  });

  test.runIf(tiny)('reads the state folder of a daemon, and counts what has no blob', async () => {
    await using service = await startService();
    const report = await work.json<Report>('sync', `state://${tiny}/state`, '--service', service.url, '--once');
    expect(report.pushed + report.skipped + report.noBlob).toBe(report.asked);
    expect(report.pushed).toBeGreaterThan(0);
    expect(report.noBlob).toBeGreaterThan(0);
  });

  test('over a socket, with the token of a file', async () => {
    await using service = await startService({ socketPath: join(folder, 'here.sock'), token: 'open-sesame' });
    const token = join(folder, 'token');
    await writeFile(token, 'open-sesame\n');
    const sync = ['sync', fixture('min'), '--service', service.url, '--once'];
    expect((await work.json<Report>(...sync, '--token-file', token)).pushed).toBeGreaterThan(0);
    const without = await work.run(...sync);
    expect(without).toMatchObject({ code: 4, out: '', err: expect.stringContaining('ACCESS_DENIED') });
    expect(without.err).toContain('--token-file');
    await writeFile(token, 'wrong-secret');
    const wrong = await work.run(...sync, '--token-file', token);
    expect(wrong.code).toBe(4);
    expect(wrong.err).not.toContain('wrong-secret');
  });

  test.each([
    ['status', 'UNAVAILABLE', 'status 503'],
    ['page', 'CORRUPT', 'no JSON'],
    ['odd', 'CORRUPT', 'config.'],
    ['cut', 'UNAVAILABLE', 'cannot be reached'],
    ['zero', 'INVALID_INPUT', 'zero'],
  ] as const)('a service that answers with %s is said, and nothing is pushed', async (how, code, words) => {
    await using service = await startService();
    service.misbehaves = how;
    const { code: exit, err, out } = await work.run('sync', fixture('min'), '--service', service.url, '--once');
    expect([exit === 4 || exit === 2, out]).toEqual([true, '']);
    expect(err).toContain(code);
    expect(err).toContain(words);
    expect(service.bytes).toBe(0);
  });

  test('what is no address of a service is a wrong command line, and a secret in it is not repeated', async () => {
    const { code, err } = await work.run('sync', fixture('min'), '--service', 'http://me:hunter2@host', '--once');
    expect(code).toBe(2);
    expect(err).toContain('INVALID_INPUT');
    expect(err).not.toContain('hunter2');
  });
});
