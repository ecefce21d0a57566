import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningService, startRunningService } from '../service/testing/running-service.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Report {
  readonly asked: number;
  readonly pushed: number;
  readonly skipped: number;
}
interface Key {
  readonly digest: string;
  readonly results: readonly { readonly layers: readonly string[] }[];
}

describe('serve --service and sync', () => {
  let work: Workspace;
  let service: RunningService;
  beforeAll(async () => {
    work = await createWorkspace();
    service = await startRunningService();
  });
  afterAll(async () => {
    await work?.remove();
    await service?.[Symbol.asyncDispose]();
  });
  const sync = (source: string, ...more: string[]) =>
    work.json<Report>('sync', source, '--service', service.url, '--once', ...more);
  const keys = async (at: string, ...more: string[]) => {
    const rows = await work.json<Key[]>('keys', at, ...more);
    return new Set(rows.map(({ digest, results }) => JSON.stringify([digest, results.map(({ layers }) => layers)])));
  };

  test('what one machine reports, another imports: the same keys and layers, digest for digest', async () => {
    const first = await sync(fixture('sample'));
    expect(first.asked).toBeGreaterThan(10);
    expect(first.pushed + first.skipped).toBe(first.asked);
    expect(await sync(fixture('sample'))).toMatchObject({ asked: 0, pushed: 0 });

    const store = work.path('team-store');
    await sync(fixture('min'), '--import-to', store);
    const there = await keys(store, '--ref', 'team');
    for (const key of await keys(fixture('sample'))) expect(there).toContain(key);
    // Records of both are one, with the results of either: of these only the digests can be compared.
    const digests = (found: Iterable<string>) => Array.from(found, (key) => JSON.parse(key)[0] as string);
    expect(digests(there)).toEqual(expect.arrayContaining(digests(await keys(fixture('min')))));
    expect((await work.run('verify', store)).code).toBe(0);
  });

  test.each([
    ['serve --service', '--store'],
    ['serve --service --ui', '--ui'],
    ['serve --service --store x --host 0.0.0.0', '--token-file'],
    ['serve --service --store x --state mysql://x', 'sqlite:PATH'],
    ['serve --service --store x --state postgres://ada:p/w@127.0.0.1', 'as %XX'],
    ['serve --service --store docker://localhost/x', '--publish'],
  ])('%s is a wrong command line', async (line, words) => {
    const { code, err, out } = await work.run(...line.replace(' x', ` ${work.path('x')}`).split(' '));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });
});
