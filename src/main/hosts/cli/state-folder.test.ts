import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSet } from '../../testing/data-sets.ts';
import { createWorkspace, type Workspace } from './testing/workspace.ts';

interface Inspected {
  readonly source: { readonly kind: string; readonly location: string };
  readonly caches: readonly { readonly ref: string; readonly form: string; readonly manifest?: unknown }[];
  readonly totals: Record<string, number>;
  readonly du: { readonly records: number; readonly totalBytes: number; readonly reclaimableBytes: number };
  readonly builds: number;
  readonly problems: readonly unknown[];
}

interface Key {
  readonly id: string;
  readonly name?: string;
  readonly nameFrom?: string;
  readonly usage?: { readonly sizeBytes: number; readonly type: string; readonly lastUsedAt?: string };
}

const tiny = dataSet('tiny');

describe.runIf(tiny)('a state folder on the command line', () => {
  const root = join(tiny ?? '', 'state');
  const du = () => JSON.parse(readFileSync(join(tiny ?? '', 'du.json'), 'utf8')) as { id: string; size: number }[];
  let work: Workspace;
  beforeAll(async () => {
    work = await createWorkspace();
  });
  afterAll(() => work.remove());

  it.each([`state://${root}`, `buildkitd://${root}`, root, join(root, 'runc-native')])(
    'inspect %s says what du says',
    async (source) => {
      const bytes = du().reduce((sum, { size }) => sum + size, 0);
      const inspected = await work.json<Inspected>('inspect', source);
      expect(inspected).toMatchObject({
        source: { kind: 'state-folder', location: realpathSync(root) },
        caches: [
          { ref: 'cache.db', form: 'solver' },
          { ref: 'runc-native', form: 'references' },
        ],
        totals: { links: 57, results: 14, blobs: 14, missingBlobs: 0, orphanBlobs: 0 },
        du: { records: du().length, totalBytes: bytes, reclaimableBytes: bytes },
        problems: [],
      });
      expect(inspected.caches.some((cache) => 'manifest' in cache)).toBe(false);
    },
  );

  it('keys lists what BuildKit lists, under its ids, and filters by its type and last use', async () => {
    const keys = await work.json<Key[]>('keys', root);
    const sizes = new Map(keys.map(({ id, usage }) => [id, usage?.sizeBytes]));
    for (const { id, size } of du()) expect(sizes.get(id), id).toBe(size);
    const mounts = await work.json<Key[]>('keys', root, '--filter', 'type:=exec.cachemount unused:>0s');
    expect(mounts).toMatchObject([{ nameFrom: 'reference', usage: { type: 'exec.cachemount' } }]);
    expect(mounts[0]?.name).toMatch(/^cached mount \/cache from exec/);
    const sorted = await work.json<Key[]>('keys', root, '--sort', 'used:desc', '--limit', '18');
    const used = sorted.map(({ usage }) => usage?.lastUsedAt ?? '');
    expect(used).toEqual([...used].sort().reverse());
  });

  it('a record is found by its id, by the first letters of it, and by its digest', async () => {
    const [key] = await work.json<(Key & { digest: string })[]>('keys', root, '--filter', 'logo.svg kind:copy');
    for (const from of [key?.id ?? '', key?.id.slice(0, 8) ?? '', key?.digest ?? '']) {
      const { nodes } = await work.json<{ nodes: Key[] }>('graph', root, '--from', from, '--depth', '1');
      expect(nodes[0]?.id).toBe(key?.id);
    }
  });

  it('verify, import and export work on the blobs that are there', async () => {
    expect((await work.run('verify', root)).code).toBe(0);
    const report = await work.json<{ blobsCopied: number; resultsLeftOut: number }>(
      'export',
      root,
      '--to',
      work.path('out'),
    );
    expect(report).toMatchObject({ blobsCopied: 14, resultsLeftOut: 0 });
    const out = await work.json<Inspected>('inspect', work.path('out'));
    expect(out).toMatchObject({ caches: [{ ref: 'latest' }], totals: { results: 14, blobs: 14 } });
    expect((await work.run('import', `state://${root}`, '--to', work.path('store'))).code).toBe(0);
  });

  it('the one cache of it that builds can find may be given a name', async () => {
    const run = await work.run('export', root, '--to', work.path('named'), '--as', 'mine');
    expect([run.code, run.out]).toEqual([0, expect.stringContaining(',tag=mine ')]);
    const other = await work.run('export', root, '--to', work.path('never'), '--ref', 'runc-native');
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('no keys')]);
  });

  it.each([
    { file: 'du.json', slack: 0 },
    { file: 'du-verbose.txt', slack: 0.005 },
  ])('$file is a source of its own, with the same records and figures', async ({ file, slack }) => {
    const path = join(tiny ?? '', file);
    const { source, du: figures } = await work.json<Inspected>('inspect', path);
    const bytes = du().reduce((sum, { size }) => sum + size, 0);
    expect([source.kind, figures.records]).toEqual(['du-listing', du().length]);
    expect(Math.abs(figures.totalBytes - bytes)).toBeLessThanOrEqual(bytes * slack);
    const keys = await work.json<Key[]>('keys', path);
    expect(keys.map(({ id }) => id).sort()).toEqual(
      du()
        .map(({ id }) => id)
        .sort(),
    );
    expect(keys.every(({ nameFrom }) => nameFrom === 'reference')).toBe(true);
    expect((await work.run('export', path, '--to', work.path('none'))).code).toBe(2);
    expect((await work.run('verify', path)).out).toContain('nothing in it to check');
  });

  it('a plan that would be wrong about its disk is refused', async () => {
    const { code, err } = await work.run('prune', root, '--all');
    expect([code, err]).toEqual([2, expect.stringContaining('buildctl prune')]);
  });

  it('what is no state folder says what was looked for', async () => {
    const { code, err } = await work.run('inspect', `state://${tiny}`);
    expect([code, err]).toEqual([3, expect.stringContaining('UNSUPPORTED_FORMAT')]);
  });
});
