import { appendFile, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../../shared/model/graph.ts';
import type { VerifyReport } from '../../../shared/model/job.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { editLayout, largestLayer } from './testing/edit-layout.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

interface Inspected {
  readonly source: { readonly kind: string; readonly location: string; readonly fingerprint: string };
  readonly caches: readonly { readonly ref: string; readonly form: string; readonly totals: Record<string, number> }[];
  readonly totals: Record<string, number>;
  readonly problems: readonly { readonly code: string; readonly subject?: string }[];
}

interface Key {
  readonly id: string;
  readonly digest: string;
  readonly inputs: readonly (readonly { readonly id: string; readonly selector: string }[])[];
  readonly results: readonly { readonly createdAt: string; readonly layers: readonly string[] }[];
  readonly ownBytes: number;
  readonly sharedBytes: number;
  readonly reclaimableBytes: number;
  readonly name?: string;
}

interface Layer {
  readonly digest: string;
  readonly size: number;
  readonly records: number;
  readonly present: boolean;
}

const SAMPLE = fixture('sample');
const TOTALS = {
  records: 24,
  rootRecords: 10,
  links: 27,
  results: 14,
  layers: 14,
  blobs: 14,
  totalBytes: 20145,
  deduplicatedBytes: 7017,
  missingBlobs: 0,
  orphanBlobs: 0,
  orphanBytes: 0,
};

describe('inspect', () => {
  it('prints the document of the manual', async () => {
    const document = await work.json<Inspected>('inspect', SAMPLE);
    expect(Object.keys(document)).toEqual(['source', 'caches', 'totals', 'disk', 'problems']);
    expect(document.source).toMatchObject({ kind: 'oci-layout', location: SAMPLE });
    expect(document.source.fingerprint).not.toBe('');
    expect(document.totals).toMatchObject(TOTALS);
    expect(document.caches).toMatchObject([
      {
        ref: 'latest',
        form: 'image-manifest',
        config: { digest: 'sha256:567fe7979bc99da0a752d836afb1ba08cf401de46171c08bdd5e1003b96423e1', size: 5582 },
        totals: TOTALS,
      },
    ]);
    expect(document.problems).toEqual([]);
  });

  it.each([
    ['forms/index-docker', 'index-docker'],
    ['forms/index-oci', 'index-oci'],
    ['forms/zstd', 'image-manifest'],
    ['forms/uncompressed', 'image-manifest'],
  ])('recognises %s as %s', async (name, form) => {
    const { caches, totals } = await work.json<Inspected>('inspect', fixture(name));
    expect(caches.map((cache) => cache.form)).toEqual([form]);
    expect(totals.records).toBe(24);
  });

  it('is a short text for people', async () => {
    const { code, out, err } = await work.run('inspect', SAMPLE);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^oci-layout {2}.*sample\n/);
    expect(out).toMatch(/latest {2}image-manifest {2}567fe7979bc9 +24 +14 +6\.85 KiB\n/);
    expect(out).toMatch(/^records +24$/m);
    expect(out.split('\n').length).toBeLessThan(25);
  });

  it('knows one cache of a source by its name, and lists the names for a wrong one', async () => {
    const { totals } = await work.json<Inspected>('inspect', SAMPLE, '--ref', 'latest');
    expect(totals).toMatchObject(TOTALS);
    const { code, err } = await work.run('inspect', SAMPLE, '--ref', 'v9');
    expect(code).toBe(2);
    expect(err).toContain('NOT_FOUND v9: This source has no cache of that name. (There is: latest.)');
  });

  it('leaves no source in the list of the window', async () => {
    expect((await work.run('inspect', SAMPLE)).code).toBe(0);
    const { composeEngine } = await import('../compose.ts');
    await using engine = await composeEngine({ host: 'web', environment: work.environment });
    expect(await engine.client.sources.list()).toEqual([]);
  });
});

describe.each(['tiny', 'app', 'pairs'] as const)('inspect on every layout of the set %s', (name) => {
  const root = dataSet(name);
  const expectedFile =
    process.env.CACHEWRIGHT_TEST_DATA && join(process.env.CACHEWRIGHT_TEST_DATA, `expected/${name}.json`);
  it.skipIf(root === undefined)(
    'prints the numbers that were counted by somebody else',
    { timeout: 300_000 },
    async () => {
      const expected = JSON.parse(await readFile(expectedFile ?? '', 'utf8')) as Record<string, Record<string, number>>;
      for (const [where, totals] of Object.entries(expected)) {
        const [folder = '', ref = ''] = where.split('#');
        const found = await work.json<Inspected>('inspect', join(root ?? '', folder), '--ref', ref);
        expect({ where, ...found.totals }).toMatchObject({ where, ...totals });
      }
    },
  );
});

describe('keys', () => {
  it('prints a selector whole, of an input or of one of its alternatives', async () => {
    const long = 'a long path '.repeat(100_000);
    const folder = await work.copy('min', 'long-selector');
    await editLayout(folder, (config) => {
      config.layers = [];
      config.records = [
        { digest: `sha256:${'a'.repeat(64)}` },
        { digest: `sha256:${'b'.repeat(64)}`, inputs: [[{ link: 0 }, { link: 0, selector: long }]] },
      ];
    });
    const [, step] = await work.json<Key[]>('keys', folder);
    const [plain = '', cut = ''] = step?.inputs[0]?.map(({ selector }) => selector) ?? [];
    expect([plain, cut.slice(1000)]).toEqual(['', '… (1200000 characters)']);
    const whole = await work.run('keys', folder, '--selector', 'sha256:bbbbbb/0/1');
    expect([whole.code, whole.out.length, whole.out === `${long}\n`]).toEqual([0, long.length + 1, true]);
    expect((await work.run('keys', folder, '--selector', 'sha256:bbbbbb/0')).out).toBe('\n');
    expect((await work.run('keys', folder, '--selector', 'sha256:bbbbbb/1')).err).toMatch(/^NOT_FOUND/m);
    expect((await work.run('keys', folder, '--selector', 'sha256:bbbbbb')).code).toBe(2);
  });

  it('prints every record with its inputs and results', async () => {
    const keys = await work.json<Key[]>('keys', SAMPLE);
    expect(keys).toHaveLength(TOTALS.records);
    expect(keys.filter((key) => key.inputs.length === 0)).toHaveLength(TOTALS.rootRecords);
    expect(keys.flatMap((key) => key.inputs.flat())).toHaveLength(TOTALS.links);
    expect(keys.flatMap((key) => key.results)).toHaveLength(TOTALS.results);
    const ids = new Set(keys.map((key) => key.id));
    expect(keys.flatMap((key) => key.inputs.flat()).every((input) => ids.has(input.id))).toBe(true);
    for (const key of keys) expect(key.ownBytes - key.sharedBytes).toBe(key.reclaimableBytes);
  });

  it('prints the same as lines', async () => {
    const { out } = await work.run('keys', SAMPLE, '--jsonl');
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toEqual(await work.json('keys', SAMPLE));
  });

  it('filters, sorts and pages', async () => {
    const all = await work.json<Key[]>('keys', SAMPLE, '--sort', 'own:desc');
    expect(all.map((key) => key.ownBytes)).toEqual(all.map((key) => key.ownBytes).sort((a, b) => b - a));
    const window = await work.json<Key[]>('keys', SAMPLE, '--sort', 'own:desc', '--offset', '3', '--limit', '4');
    expect(window).toEqual(all.slice(3, 7));
    const large = await work.json<Key[]>('keys', SAMPLE, '--filter', 'size:>1KiB');
    expect(large.map((key) => key.id).sort()).toEqual(
      all
        .filter((key) => key.ownBytes > 1024)
        .map((key) => key.id)
        .sort(),
    );
    expect(large.length).toBeGreaterThan(0);
  });

  it('is a table for people', async () => {
    const { code, out } = await work.run('keys', SAMPLE, '--sort', 'own:desc', '--limit', '3');
    const [head, , , , , sum] = out.split('\n');
    expect(code).toBe(0);
    expect(head).toMatch(/^RECORD +KIND +STAGE +IN +RESULTS +USERS +OWN +ADDS +ONLY THIS +CREATED +STEP$/);
    expect(sum).toBe('3 of 24 records');
  });

  it.each([
    ['a filter that is none', ['--filter', 'size:>'], /^INVALID_INPUT filter:\d+: /],
    ['a field that is none', ['--sort', 'colour'], /^INVALID_INPUT .*colour/],
  ])('says where the line is wrong: %s', async (_name, options, line) => {
    const { code, out, err } = await work.run('keys', SAMPLE, ...options);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(line);
    expect(err).toContain('\nUsage: cachewright keys [options] <source>\n');
  });

  it('stops in silence when nobody reads on', async () => {
    const { code, err } = await work.runWith({ readerLeavesAfter: 10 }, 'keys', SAMPLE, '--jsonl');
    expect([code, err]).toEqual([0, '']);
  });
});

describe('layers', () => {
  it('prints a row a blob', async () => {
    const layers = await work.json<Layer[]>('layers', SAMPLE);
    expect(layers).toHaveLength(TOTALS.blobs);
    expect(layers.reduce((sum, layer) => sum + layer.size, 0)).toBe(TOTALS.deduplicatedBytes);
    expect(layers.every((layer) => layer.present && layer.records > 0)).toBe(true);
    expect(Object.keys(layers[0] ?? {})).toEqual(
      expect.arrayContaining(['digest', 'mediaType', 'size', 'diffID', 'records', 'present']),
    );
  });

  it('is a table for people', async () => {
    const { out } = await work.run('layers', SAMPLE, '--sort', 'size:desc', '--limit', '2');
    expect(out).toMatch(/^BLOB +SIZE +RECORDS +STATE +CREATED +MEDIA TYPE\n/);
    expect(out).toContain('2 of 14 blobs\n');
  });
});

describe('graph', () => {
  let roots: string[];
  let keys: Key[];
  beforeAll(async () => {
    keys = await work.json<Key[]>('keys', SAMPLE);
    roots = keys.filter((key) => key.inputs.length === 0).map((key) => key.id);
  });

  it('follows the inputs of a record to the roots', async () => {
    const from = keys.find((key) => key.inputs.length === 2)?.id ?? '';
    const graph = await work.json<Graph>('graph', SAMPLE, '--from', from, '--depth', '100', '--direction', 'inputs');
    expect(graph.focus).toBe(from);
    const targets = new Set(graph.edges.map((edge) => edge.to));
    const ends = graph.nodes.filter((node) => !targets.has(node.id)).map((node) => node.id);
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.every((id) => roots.includes(id))).toBe(true);
  });

  it('takes the first digits of a digest', async () => {
    const [root = ''] = roots;
    const graph = await work.json<Graph>(
      'graph',
      SAMPLE,
      '--from',
      root.slice(7, 19),
      '--depth',
      '1',
      '--direction',
      'users',
    );
    expect(graph.focus).toBe(root);
    expect(graph.edges.every((edge) => edge.from === root)).toBe(true);
  });

  it('is two tables for people', async () => {
    const { code, out } = await work.run('graph', SAMPLE, '--from', roots[0] ?? '');
    expect(code).toBe(0);
    expect(out).toMatch(/^DISTANCE +RECORD +KIND/);
    expect(out).toMatch(/^FROM +TO +INPUT +SELECTOR$/m);
    expect(out).toMatch(/\d+ of 24 records, \d+ links\n$/);
  });

  it.each([`sha256:${'0'.repeat(64)}`, 'feedfacefeed', 'no such record'])('says that %s is not there', async (from) => {
    const { code, err } = await work.run('graph', SAMPLE, '--from', from);
    expect(code).toBe(2);
    expect(err).toMatch(/^NOT_FOUND /);
  });

  it('lists the ids of an ambiguous digest', async () => {
    const folder = await work.copy('sample', 'ambiguous');
    let twice = '';
    await editLayout(folder, (config) => {
      const [first, second] = config.records.filter((record) => record.layers);
      if (!first || !second) throw new Error('two records expected');
      twice = first.digest;
      second.digest = first.digest;
    });
    for (const from of [twice, twice.slice(7, 20)]) {
      const { code, err } = await work.run('graph', folder, '--from', from);
      expect(code).toBe(2);
      expect(err).toMatch(/^CONFLICT /);
      expect(err).toContain(`${twice}~1`);
      expect(err).toContain(`${twice}~2`);
    }
    const graph = await work.json<Graph>('graph', folder, '--from', `${twice}~2`);
    expect(graph.focus).toBe(`${twice}~2`);
  });
});

describe('verify', () => {
  it('says that all is well', async () => {
    const report = await work.json<VerifyReport>('verify', SAMPLE);
    expect(report).toMatchObject({ missing: [], corrupt: [] });
    expect(report.ok).toBe(report.checked);
    expect(report.checked).toBe(16);
    const { code, out } = await work.run('verify', SAMPLE);
    expect([code, out]).toEqual([0, expect.stringMatching(/^16 blobs checked, .*: every digest is right\n$/)]);
  });

  it('finds a byte that was flipped by hand', async () => {
    const folder = await work.copy('sample', 'flipped');
    const { path, digest } = await largestLayer(folder);
    const bytes = await readFile(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const { code, out } = await work.run('verify', folder, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ missing: [], corrupt: [digest] });
    const { out: text } = await work.run('verify', folder);
    expect(text).toContain(`DIGEST_MISMATCH ${digest}: `);
  });

  it('finds a blob that is gone', async () => {
    const folder = await work.copy('sample', 'gone');
    const { path, digest } = await largestLayer(folder);
    await rm(path);
    const { code, out } = await work.run('verify', folder, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ missing: [digest], corrupt: [] });
  });
});

describe('a bad blob is a problem, and the rest works', () => {
  const cases: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ['missing', (path) => rm(path)],
    ['truncated', (path) => truncate(path, 10)],
    ['grown', (path) => appendFile(path, 'x')],
    [
      'a link that leads outside',
      async (path) => {
        await rm(path);
        await symlink('/etc/hostname', path);
      },
    ],
  ];
  it.each(cases)('%s', async (name, damage) => {
    const folder = await work.copy('sample', `problem-${name.replaceAll(' ', '-')}`);
    const { path, digest } = await largestLayer(folder);
    await damage(path);
    const { problems, totals } = await work.json<Inspected>('inspect', folder);
    expect(problems.map((problem) => problem.subject)).toEqual([digest]);
    expect(totals.records).toBe(24);
    expect(await work.json<Key[]>('keys', folder)).toHaveLength(24);
    const { out } = await work.run('inspect', folder);
    expect(out).toContain('1 problem');
    expect(out).toContain(digest);
  });
});
