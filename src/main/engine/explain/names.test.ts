import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CacheConfig } from '../model/cache-config.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { FIXTURES, noTestData, openTestData, realCaches, type TestData } from '../testing/real-caches.ts';
import { withContentNames } from './content-names.ts';
import { namesFromProvenance } from './names.ts';

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

async function configIn(folder: string): Promise<CacheConfig> {
  return parseCacheConfig([realCaches(folder)[0]?.config ?? Buffer.of()]);
}

function digests(config: CacheConfig, which: (record: number) => boolean): string[] {
  return [...config.recordDigest].filter((_, record) => which(record)).map((text) => config.texts[text] ?? '');
}

const hasResult = (config: CacheConfig) => (record: number) =>
  (config.resultOffset[record + 1] ?? 0) > (config.resultOffset[record] ?? 0);

/** Names of the build's steps as its progress had them: `[assets 2/3] COPY …`. */
function stepsInTrace(path: string): Set<string> {
  const steps = new Set<string>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.startsWith('{')) continue;
    const { vertexes } = JSON.parse(line) as { vertexes?: { name: string }[] };
    for (const { name } of vertexes ?? []) if (/^\[\S+ \d+\/\d+\]/.test(name)) steps.add(name);
  }
  return steps;
}

async function expectAllNamed(folder: string): Promise<void> {
  const provenance = json(join(folder, 'provenance.json'));
  const config = await configIn(join(folder, 'cache'));
  const names = namesFromProvenance(provenance);
  const withResults = digests(config, hasResult(config));
  expect(withResults.filter((digest) => !names.has(digest))).toEqual([]);
  const found = withResults.map((digest) => `[${names.get(digest)?.stage}] ${names.get(digest)?.name}`);
  expect(new Set(found)).toEqual(stepsInTrace(join(folder, 'trace.jsonl')));
  const all = withContentNames(names, [config]);
  expect(digests(config, () => true).filter((digest) => !all.has(digest))).toEqual([]);
}

describe('names recomputed from a provenance attestation', () => {
  test('of the sample: every record, with the words of its Dockerfile', async () => {
    const config = await configIn(join(FIXTURES, 'sample'));
    const names = withContentNames(namesFromProvenance(json(join(FIXTURES, 'sample/provenance.json'))), [config]);
    const name = (record: number) => names.get(config.texts[config.recordDigest[record] ?? 0] ?? '');
    expect(digests(config, () => true).filter((digest) => !names.has(digest))).toEqual([]);
    expect(name(8)).toEqual({
      kind: 'exec',
      stage: 'check 1/1',
      name: 'RUN --mount=from=pages,source=/pages,target=/site --mount=from=styles,source=/styles,target=/styles ["/join", "/report", "/site/site.html", "/styles/bundle.css"]',
      nameFrom: 'recomputed',
      operation: [
        'Dockerfile:21',
        'command: ["/join","/report","/site/site.html","/styles/bundle.css"]',
        'directory: /',
        'environment: PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'mount: bind at /site from input 1 /pages',
        'mount: bind at /styles from input 2 /styles',
        'input 0: COPY /join /join',
        'input 1: RUN ["/join","/pages/site.html","/deps/all","/pages/home.md","/pages/about.md","/pages/blog/first.md","/pages/blog/second.md"]',
        'input 2: RUN ["/join","/styles/bundle.css","/styles/theme.css"]',
      ].join('\n'),
    });
    expect(name(0)).toMatchObject({
      kind: 'content',
      name: 'content of COPY --chown=10:20 static/logo.svg /srv/logo.svg',
      nameFrom: 'inferred',
    });
  });

  test.each([
    ['undefined', undefined],
    ['a text', 'provenance'],
    ['a list', []],
    ['another statement', { predicateType: 'https://spdx.dev/Document', predicate: {} }],
    [
      'a definition of the wrong shape',
      { buildDefinition: { internalParameters: { buildConfig: { llbDefinition: {} } } } },
    ],
  ])('%s gives no names', (_, value) => {
    expect(namesFromProvenance(value).size).toBe(0);
  });

  test('whatever a provenance holds, nothing is thrown', () => {
    const whole = readFileSync(join(FIXTURES, 'sample/provenance.json'), 'utf8');
    const paths = [...whole.matchAll(/"(\w+)":/g)].map((match) => match[1] ?? '');
    fc.assert(
      fc.property(fc.constantFrom(...new Set(paths)), fc.jsonValue(), (key, value) => {
        const damaged: unknown = JSON.parse(whole, (k, v: unknown) => (k === key ? value : v));
        namesFromProvenance(damaged);
      }),
    );
  });

  describe.skipIf(noTestData)(`of the larger sets ${noTestData ?? ''}`, () => {
    let data: TestData;
    beforeAll(() => {
      data = openTestData();
    });
    afterAll(() => data[Symbol.dispose]());

    test.each(['tiny', 'pairs'])(
      '%s: every record with a result of the first build, as its progress named it',
      async (set) => {
        await expectAllNamed(join(data.set(set), 'a'));
      },
    );

    test.each(['tiny', 'pairs'])(
      '%s: the digest of every operation of every case is one that the daemon hashed',
      (set) => {
        let checked = 0;
        for (const folder of readdirSync(data.set(set))) {
          const path = (name: string) => join(data.set(set), folder, name);
          if (!existsSync(path('provenance.json')) || !existsSync(path('cache-debug.json'))) continue;
          const hashed = json(path('cache-debug.json')) as Record<string, unknown>;
          for (const [digest, { name }] of namesFromProvenance(json(path('provenance.json')))) {
            expect({ folder, name, known: digest in hashed }).toEqual({ folder, name, known: true });
            checked++;
          }
        }
        expect(checked).toBeGreaterThan(100);
      },
    );

    test('app: merges, tmpfs, secrets and cache names, from the attestation of its image', async () => {
      const { execFileSync } = await import('node:child_process');
      const image = join(data.set('app'), 'app-v1-image.tar');
      const listed = execFileSync('tar', ['-tf', image], { encoding: 'utf8' }).split('\n');
      const blobs = listed.filter((name) => /^blobs\/sha256\/./.test(name));
      const attestation = blobs
        .map((name) => execFileSync('tar', ['-xOf', image, name], { encoding: 'utf8', maxBuffer: 1 << 26 }))
        .find((text) => text.startsWith('{"_type":"https://in-toto'));
      const names = namesFromProvenance(JSON.parse(attestation ?? '{}'));
      const config = await configIn(join(data.set('app'), 'app-v1-min-fresh'));
      const unnamed = digests(
        config,
        (record) => (config.inputOffset[record + 1] ?? 0) > (config.inputOffset[record] ?? 0),
      );
      expect(unnamed.filter((digest) => !names.has(digest))).toEqual([]);
      expect([...names.values()].map((name) => name.kind)).toContain('merge');
    });
  });
});
