import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CacheForm } from '../../../shared/model/source.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { createStoreOpener } from '../../adapters/file/store-opener.ts';
import { createTestFolder, type TestFolder, wholenessOf } from '../../adapters/file/testing/store-folder.ts';
import { createMemoryBlobInfoCache } from '../../adapters/memory/testing/blob-info-cache.ts';
import { openSource } from '../../adapters/oci-layout/index.ts';
import { deriveCatalog } from '../catalog/derive.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import { runSteps } from '../streams/steps.ts';
import { FIXTURES, noTestData, openTestData, type TestData } from '../testing/real-caches.ts';
import { buildCommands } from './build-commands.ts';
import { chooseCaches } from './choose-caches.ts';
import { createLayoutTarget } from './layout-target.ts';
import { warningsOf } from './prepared.ts';
import type { Transfer } from './run.ts';
import { targetForm } from './target-form.ts';
import { transferCaches } from './transfer.ts';

const SAMPLE = join(FIXTURES, 'sample');

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

async function exportTo(
  name: string,
  source: CacheSource,
  options: Partial<TransferOptions> = {},
  rest: Pick<Transfer, 'blobInfo' | 'log' | 'signal'> = {},
) {
  const opener = createStoreOpener();
  return transferCaches({
    source,
    openTarget: async () =>
      createLayoutTarget((await opener.openLayout(folder.at(name), { create: true })) ?? expect.fail('no layout')),
    options: { mode: 'max', ...options },
    ...rest,
  });
}

async function summary(path: string) {
  const { caches } = runSteps(deriveCatalog(await (await openSource(path)).read()));
  return caches.map(({ config, form, totals }) => ({ config: config?.digest, form, totals }));
}

/** The source, with the first result of its first cache made at another time. */
function withOtherTime(source: CacheSource): CacheSource {
  return {
    ...source,
    read: async (options) => {
      const snapshot = await source.read(options);
      const [first, ...others] = snapshot.caches;
      if (!first) return snapshot;
      const time = first.parsed.resultCreatedAt[0] ?? 0;
      const texts = first.parsed.texts.with(time, '2001-02-03T04:05:06Z');
      return { ...snapshot, caches: [{ ...first, parsed: { ...first.parsed, texts } }, ...others] };
    },
  };
}

describe('an export', () => {
  test('is made from the parsed records: the same ones give the same config, another one another', async () => {
    const source = await openSource(SAMPLE);
    await exportTo('same', source);
    const [original] = await summary(SAMPLE);
    expect(await summary(folder.at('same'))).toEqual([original]);
    await exportTo('changed', withOtherTime(source));
    const [changed] = await summary(folder.at('changed'));
    expect(changed?.config).not.toBe(original?.config);
    expect(changed?.totals).toEqual(original?.totals);
    expect(readFileSync(join(folder.at('changed'), 'blobs', ...(changed?.config ?? '').split(':')), 'utf8')).toContain(
      '2001-02-03T04:05:06Z',
    );
  });

  test('answers with the descriptor of the manifest, as BuildKit does, in its log', async () => {
    const lines: string[] = [];
    await exportTo('logged', await openSource(SAMPLE), {}, { log: (line) => lines.push(line) });
    const [manifest] = lines.flatMap((line) => /^manifest (.*)$/.exec(line)?.[1] ?? []);
    const index = JSON.parse(readFileSync(join(folder.at('logged'), 'index.json'), 'utf8'));
    expect(index.manifests).toEqual([expect.objectContaining({ digest: JSON.parse(manifest ?? '').digest })]);
  });

  test('that is cut off has remembered where the blobs are that arrived', async () => {
    const source = await openSource(SAMPLE);
    const blobInfo = createMemoryBlobInfoCache();
    const stop = new AbortController();
    const log = (line: string) => line.startsWith('copied') && stop.abort();
    const cut = exportTo('cut', source, {}, { blobInfo, log, signal: stop.signal });
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' });
    const arrived = readdirSync(join(folder.at('cut'), 'blobs/sha256'));
    expect(arrived.length).toBeGreaterThan(0);
    for (const hex of arrived) {
      const places = (await blobInfo.knownLocations(`sha256:${hex}`)).map(({ ref }) => ref.repository);
      expect(places).toContain(folder.at('cut'));
    }
  });

  test.each([
    { options: { format: 'index' }, form: 'index-oci' },
    { options: { ociMediaTypes: false }, form: 'index-docker' },
    { options: { format: 'manifest' }, form: 'image-manifest' },
  ] as const)('can be written as $form, and back', async ({ options, form }) => {
    const source = await openSource(SAMPLE);
    const [original] = await summary(SAMPLE);
    await exportTo('there', source, options);
    expect(await summary(folder.at('there'))).toEqual([{ ...original, form }]);
    const back = await exportTo('back', await openSource(folder.at('there')), {
      format: 'manifest',
      ociMediaTypes: true,
    });
    expect(await summary(folder.at('back'))).toEqual([original]);
    const [manifest] = (await source.read()).caches;
    expect(back.manifest.digest).toBe(manifest?.manifest?.digest);
  });

  test('of a large config warns that BuildKit will not import it', async () => {
    const source = await openSource(SAMPLE);
    const long: CacheSource = {
      ...source,
      read: async (options) => {
        const snapshot = await source.read(options);
        const caches = snapshot.caches.map((cache) => {
          const selector = Array.from(cache.parsed.alternativeSelector).find((text) => text > 0) ?? 1;
          return {
            ...cache,
            parsed: { ...cache.parsed, texts: cache.parsed.texts.with(selector, 'x'.repeat(1 << 20)) },
          };
        });
        return { ...snapshot, caches };
      },
    };
    expect((await exportTo('long', long)).warnings).toEqual([
      expect.stringMatching(/^The config of latest has .* 1\.00 MiB\. Write only .*mode min.*key.*prune/),
    ]);
  });
});

test('what makes large documents smaller is said once, after both', () => {
  const large = { mediaType: '', digest: 'sha256:0', size: 3 << 20 };
  const cache = { ref: 'latest', documents: { config: large, manifest: large } };
  const warnings = warningsOf([cache as never], [], { mode: 'max' });
  expect(warnings.map((warning) => /mode min/.test(warning))).toEqual([false, true]);
});

describe('which form', () => {
  const rows: readonly [CacheForm, Partial<TransferOptions>, string][] = [
    ['image-manifest', {}, 'image-manifest'],
    ['index-oci', {}, 'index-oci'],
    ['index-docker', {}, 'index-docker'],
    ['inline', {}, 'image-manifest'],
    ['s3', {}, 'image-manifest'],
    ['image-manifest', { format: 'index' }, 'index-oci'],
    ['index-docker', { format: 'index' }, 'index-docker'],
    ['index-docker', { format: 'manifest' }, 'image-manifest'],
    ['image-manifest', { ociMediaTypes: false }, 'index-docker'],
    ['index-docker', { ociMediaTypes: true }, 'index-oci'],
    ['image-manifest', { ociMediaTypes: true }, 'image-manifest'],
    ['index-oci', { format: 'index', ociMediaTypes: false }, 'index-docker'],
  ];
  test.each(rows)('%s with %o: %s', (form, options, expected) => {
    expect(targetForm(form, { mode: 'max', ...options })).toBe(expected);
  });
});

test.each([
  [{ format: 'manifest' }, 'format'],
  [{ format: 'index', ociMediaTypes: false }, 'format'],
  [{ ociMediaTypes: false }, 'ociMediaTypes'],
] as const)('a target of one form refuses %o', (options, subject) => {
  const choose = () => targetForm('image-manifest', { mode: 'max', ...options }, 's3');
  expect(choose).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject }));
  expect(targetForm('index-docker', { mode: 'max' }, 's3')).toBe('s3');
});

describe('which caches', () => {
  const named = (...refs: string[]) => ({ caches: refs.map((ref) => ({ ref, form: 'image-manifest' })) }) as never;
  const names = (refs: string[], ref?: string) => chooseCaches(named(...refs), ref).map((chosen) => chosen.ref);
  test('all, or the one that is named', () => {
    expect([names(['a', 'b']), names(['a', 'b'], 'b')]).toEqual([['a', 'b'], ['b']]);
  });
  test('records of a daemon that no key leads to are left out, and cannot be chosen', () => {
    const caches = [
      { ref: 'cache.db', form: 'solver' },
      { ref: 'runc-native', form: 'references' },
    ];
    expect(chooseCaches({ caches } as never, undefined).map(({ ref }) => ref)).toEqual(['latest']);
    expect(chooseCaches({ caches } as never, 'cache.db').map(({ ref }) => ref)).toEqual(['latest']);
    expect(() => chooseCaches({ caches } as never, 'runc-native')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', subject: 'runc-native', hint: 'Choose cache.db.' }),
    );
  });
  test.each([
    { refs: ['a', 'b'], ref: 'c', code: 'NOT_FOUND', hint: 'There is: a, b.' },
    { refs: [], ref: undefined, code: 'NOT_FOUND' },
    { refs: ['a'], ref: 'x', code: 'NOT_FOUND', hint: 'There is: a.' },
    { refs: ['a'], ref: '', code: 'NOT_FOUND', hint: 'There is: a.' },
  ])('$ref of $refs: $code', ({ refs, ref, code, ...rest }) => {
    expect(() => names(refs, ref)).toThrow(expect.objectContaining({ code, ...rest }));
  });
});

test('commands can be pasted, whatever the folder is called', () => {
  expect(buildCommands('/srv/cache', 'latest')).toEqual([
    'buildctl build --import-cache type=local,src=/srv/cache …',
    'docker buildx build --cache-from type=local,src=/srv/cache .',
  ]);
  expect(buildCommands(`/a "b", it's`, 'v1')[1]).toBe(
    `docker buildx build --cache-from 'type=local,"src=/a ""b"", it'\\''s",tag=v1' .`,
  );
});

describe.skipIf(noTestData)(`the larger sets ${noTestData ?? ''}`, () => {
  let data: TestData;
  beforeAll(() => {
    data = openTestData();
  });
  afterAll(() => data[Symbol.dispose]());

  test.each([
    { set: 'tiny', max: 'a/cache', min: 'a-min/cache' },
    { set: 'app', max: 'app-v1', min: 'app-v1-min-fresh' },
    { set: 'pairs', max: 'a/cache', min: 'a-min/cache' },
  ])('mode=min of $set is what BuildKit exports as mode=min', async ({ set, max, min }) => {
    const path = data.set(set);
    await exportTo('min', await openSource(join(path, max)), { mode: 'min' });
    const [ours] = await summary(folder.at('min'));
    const [theirs] = await summary(join(path, min));
    const { records, links, results, blobs, layers } = theirs?.totals ?? {};
    expect(ours?.totals).toMatchObject({ records, links, results, blobs, layers });
    expect(await wholenessOf(folder.at('min'))).toMatchObject({ missing: [], corrupt: [], orphans: [] });
  });

  test('a source with several references goes whole', async () => {
    const report = await exportTo('both', await openSource(join(data.set('app'), 'app-shared-dir')));
    expect(report.caches?.map(({ ref }) => ref)).toEqual(['v1', 'v2']);
    expect(await summary(folder.at('both'))).toEqual(await summary(join(data.set('app'), 'app-shared-dir')));
  });
});
