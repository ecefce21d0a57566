import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { openSource } from './index.ts';
import { copyOf, makeLayout, tarOf, temporaryFolder } from './testing/made-layout.ts';

const D = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const T = '2024-01-02T03:04:05Z';

let folder: ReturnType<typeof temporaryFolder>;
let at: (name: string) => string;
beforeEach(() => {
  folder = temporaryFolder();
  at = (name) => join(folder.path, name);
});
afterEach(() => folder[Symbol.dispose]());

async function fault(location: string): Promise<CacheError> {
  return openSource(location)
    .then((source) => source.read())
    .then(
      () => expect.fail('it was read'),
      (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
    );
}

const brief = ({ code, subject }: CacheError) => ({ code, subject });

/** A copy of the sample, and the descriptors in it. */
function sample() {
  const root = copyOf(join(FIXTURES, 'sample'), at('sample'));
  const index = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as { manifests: [{ digest: string }] };
  const path = (digest: string) => join(root, 'blobs', ...digest.split(':'));
  const [{ digest: manifestDigest }] = index.manifests;
  const manifest = JSON.parse(readFileSync(path(manifestDigest), 'utf8')) as {
    config: { digest: string };
    layers: { digest: string; size: number }[];
  };
  const layer = manifest.layers[3]?.digest ?? '';
  return { root, path, manifestDigest, configDigest: manifest.config.digest, layer, layers: manifest.layers };
}

describe('the source cannot be read', () => {
  test('nothing there', async () => {
    expect(brief(await fault(at('nothing')))).toEqual({ code: 'NOT_FOUND', subject: at('nothing') });
  });

  test('not a cache: says what was looked for, or what lies in it', async () => {
    mkdirSync(at('dir'));
    writeFileSync(at('dir/readme'), 'hello');
    expect(await fault(at('dir'))).toMatchObject({ code: 'UNSUPPORTED_FORMAT', subject: at('dir') });
    expect((await fault(at('dir'))).hint).toContain('index.json');
    expect(await fault(at('dir/readme'))).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    makeLayout(at('dir/inner')).index({ manifests: [] });
    expect((await fault(at('dir'))).hint).toContain(at('dir/inner'));
  });

  test('an empty folder, and an empty file', async () => {
    mkdirSync(at('empty'));
    writeFileSync(at('file'), '');
    expect(await fault(at('empty'))).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: 'This folder is empty.' });
    expect(await fault(at('file'))).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: 'This file is empty.' });
  });

  test('a pipe is not waited for', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(await fault(at('pipe'))).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    const { root } = sample();
    rmSync(join(root, 'index.json'));
    execFileSync('mkfifo', [join(root, 'index.json')]);
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'index.json' });
  });

  test('a layout without an index', async () => {
    const { root } = sample();
    rmSync(join(root, 'index.json'));
    expect(brief(await fault(root))).toEqual({ code: 'NOT_FOUND', subject: 'index.json' });
  });

  test.each<[string, (text: Buffer) => Buffer]>([
    ['a byte order mark', (text) => Buffer.concat([Buffer.from('efbbbf', 'hex'), text])],
    [
      'a byte that is no UTF-8',
      (text) => Buffer.from(text.toString('latin1').replace('"latest"', '"lat\xffest"'), 'latin1'),
    ],
    ['UTF-16', (text) => Buffer.from(text.toString(), 'utf16le')],
  ])('index.json with %s', async (_, change) => {
    const { root } = sample();
    const before = readFileSync(join(root, 'index.json'));
    const changed = change(before);
    expect(changed.equals(before)).toBe(false);
    writeFileSync(join(root, 'index.json'), changed);
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'index.json' });
  });

  test('index.json cut in half', async () => {
    const { root } = sample();
    truncateSync(join(root, 'index.json'), statSync(join(root, 'index.json')).size / 2);
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'index.json' });
  });

  test('an index that is a folder, or a link to nowhere or to somewhere', async () => {
    const { root } = sample();
    const index = join(root, 'index.json');
    rmSync(index);
    mkdirSync(index);
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'index.json' });
    rmSync(index, { recursive: true });
    symlinkSync(at('nowhere'), index);
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'index.json' });
    rmSync(index);
    symlinkSync(join(FIXTURES, 'sample/index.json'), index);
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'index.json' });
  });

  test('an index that may not be read', async () => {
    const { root } = sample();
    chmodSync(join(root, 'index.json'), 0);
    expect(await readWithoutPrivilege(root)).toMatchObject({ code: 'ACCESS_DENIED', subject: 'index.json' });
  });

  test('an index of absurd size, a digest in it that climbs out', async () => {
    const layout = makeLayout(at('layout'));
    layout.index('{}');
    truncateSync(join(layout.root, 'index.json'), 2 ** 31);
    expect(brief(await fault(layout.root))).toEqual({ code: 'INVALID_INPUT', subject: 'index.json' });
    layout.index({ manifests: [{ mediaType: 'x', digest: 'sha256:../../../etc/passwd', size: 1 }] });
    expect(await fault(layout.root)).toMatchObject({ code: 'INVALID_INPUT', subject: 'sha256:../../../etc/passwd' });
  });

  test('a manifest that is missing, cut short, or a folder', async () => {
    const { root, path, manifestDigest } = sample();
    truncateSync(path(manifestDigest), 100);
    expect(brief(await fault(root))).toEqual({ code: 'SIZE_MISMATCH', subject: manifestDigest });
    rmSync(path(manifestDigest));
    expect(brief(await fault(root))).toEqual({ code: 'NOT_FOUND', subject: manifestDigest });
    mkdirSync(path(manifestDigest));
    expect((await fault(root)).code).toBe('CORRUPT');
  });

  test('a config of 2 GiB is refused by its size, without being read', async () => {
    const { root, path, configDigest } = sample();
    truncateSync(path(configDigest), 2 ** 31);
    expect(brief(await fault(root))).toEqual({ code: 'INVALID_INPUT', subject: configDigest });
    const layout = makeLayout(at('layout'));
    const config = { mediaType: 'application/vnd.buildkit.cacheconfig.v0', digest: D(1), size: 2 ** 31 };
    layout.manifest({ config, layers: [] });
    writeFileSync(layout.path(D(1)), '');
    truncateSync(layout.path(D(1)), 2 ** 31);
    expect(brief(await fault(layout.root))).toEqual({ code: 'INVALID_INPUT', subject: D(1) });
  });

  test.each<[string, object | string, string, string]>([
    ['a loop of layer parents', { layers: [{ blob: D(1), parent: 1 }, { blob: D(2) }] }, 'CORRUPT', 'layers[1].parent'],
    [
      'a loop of records',
      { records: [{ digest: D(1), inputs: [[{ link: 0 }]] }] },
      'CORRUPT',
      'records[0].inputs[0][0].link',
    ],
    [
      'a link out of range',
      { records: [{ digest: D(1), inputs: [[{ link: 4 }]] }] },
      'CORRUPT',
      'records[0].inputs[0][0].link',
    ],
    ['a digest with ../', { layers: [{ blob: 'sha256:../../x', parent: -1 }] }, 'INVALID_INPUT', 'layers[0].blob'],
    ['a config cut in the middle', '{"layers":[{"blob":"sha2', 'CORRUPT', 'layers[0].blob'],
  ])('%s', async (_, config, code, subject) => {
    const layout = makeLayout(at('layout'));
    layout.cache(config, []);
    const error = await fault(layout.root);
    expect(brief(error)).toEqual({ code, subject });
    expect(error.message).toContain('of latest');
  });

  test('a manifest with a digest that climbs out', async () => {
    const layout = makeLayout(at('layout'));
    layout.manifest({
      config: { mediaType: 'x', digest: D(1), size: 1 },
      layers: [{ digest: 'sha256:../x', size: 1 }],
    });
    expect(brief(await fault(layout.root))).toEqual({ code: 'INVALID_INPUT', subject: 'layers[0].digest' });
  });

  test('a folder of blobs that is a link out of the source', async () => {
    const { root } = sample();
    execFileSync('mv', [join(root, 'blobs'), at('elsewhere')]);
    symlinkSync(at('elsewhere'), join(root, 'blobs'));
    expect(brief(await fault(root))).toEqual({ code: 'CORRUPT', subject: 'blobs/sha256' });
  });

  test('a file where the folder of blobs should be', async () => {
    const layout = makeLayout(at('layout'));
    layout.index({ manifests: [] });
    rmSync(join(layout.root, 'blobs'), { recursive: true });
    writeFileSync(join(layout.root, 'blobs'), '');
    expect((await fault(layout.root)).code).toBe('CORRUPT');
  });

  test('an image without a cache', async () => {
    const layout = makeLayout(at('layout'));
    const config = layout.blob('{"rootfs":{"diff_ids":[]}}', 'application/vnd.oci.image.config.v1+json');
    layout.manifest({ config, layers: [] }, 'v1');
    const error = await fault(layout.root);
    expect(brief(error)).toEqual({ code: 'UNSUPPORTED_FORMAT', subject: 'v1' });
    expect(error.hint).toContain('--export-cache');
  });
});

test('an image whose inline cache is damaged says so', async () => {
  const layout = makeLayout(at('layout'));
  const config = layout.blob(
    JSON.stringify({ rootfs: { diff_ids: [] }, 'moby.buildkit.cache.v0': Buffer.from('[{}]').toString('base64') }),
    'application/vnd.oci.image.config.v1+json',
  );
  layout.manifest({ config, layers: [] });
  expect(brief(await fault(layout.root))).toEqual({ code: 'INVALID_INPUT', subject: 'records[0].digest' });
});

describe('a tar that cannot be read', () => {
  test('with absolute names, or names that climb out', async () => {
    const { root } = sample();
    tarOf(root, at('absolute.tar'), '--absolute-names', `--transform=s,^\\.,${root},`);
    expect(await fault(at('absolute.tar'))).toMatchObject({ code: 'INVALID_INPUT', subject: `${root}/` });
    tarOf(root, at('climbing.tar'), '--absolute-names', '--transform=s,^\\.,a/../../b,');
    expect((await fault(at('climbing.tar'))).code).toBe('INVALID_INPUT');
  });

  test('without a layout', async () => {
    mkdirSync(at('other'));
    writeFileSync(at('other/file'), 'x');
    expect(await fault(tarOf(at('other'), at('other.tar')))).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
  });

  test.each([
    ['gzip', ['gzip', '-k'], 'a.tar.gz', 'gunzip'],
    ['xz', ['xz', '-k'], 'a.tar.xz', 'xz -d'],
  ])('compressed with %s: says how to unpack it', async (name, [command = '', ...options], file, hint) => {
    tarOf(sample().root, at('a.tar'));
    execFileSync(command, [...options, at('a.tar')]);
    const error = await fault(at(file));
    expect(error.code).toBe('UNSUPPORTED_FORMAT');
    expect(error.message).toContain(name);
    expect(error.hint).toContain(hint);
  });

  test('cut short: an entry that is not whole is a problem, or the reason where it is a document', async () => {
    const layout = makeLayout(at('layout'));
    const layer = layout.layer('x'.repeat(5000));
    layout.cache({ layers: [{ blob: layer.digest, parent: -1 }] }, [layer]);
    const names = (last: string) => [...['index.json', 'blobs'].filter((name) => name !== last), last];
    const cut = (file: string, last: string, by: number) => {
      execFileSync('tar', ['-C', layout.root, '--exclude', last, '-cf', at(file), ...names(last)]);
      execFileSync('tar', ['-C', layout.root, '-rf', at(file), last]);
      const end = readFileSync(at(file)).findLastIndex((byte) => byte !== 0) + 1;
      truncateSync(at(file), end - by);
      return at(file);
    };
    const snapshot = await (await openSource(cut('layer.tar', `blobs/sha256/${layer.digest.slice(7)}`, 1000))).read();
    expect(snapshot.problems).toMatchObject([{ code: 'SIZE_MISMATCH', subject: layer.digest }]);
    expect(snapshot.blobs.find((blob) => blob.digest === layer.digest)?.problem).toBe('SIZE_MISMATCH');
    expect((await fault(cut('index.tar', 'index.json', 20))).code).toBe('CORRUPT');
  });

  test('damaged in a header', async () => {
    tarOf(sample().root, at('a.tar'));
    const bytes = readFileSync(at('a.tar'));
    bytes[512 + 150] = 0x39;
    writeFileSync(at('a.tar'), bytes);
    expect(brief(await fault(at('a.tar')))).toEqual({ code: 'CORRUPT', subject: 'byte 512' });
  });
});

describe('one bad layer hides nothing else', () => {
  async function problemsAfter(damage: (path: string) => void) {
    const { root, path, layer } = sample();
    damage(path(layer));
    const source = await openSource(root);
    const snapshot = await source.read();
    expect(snapshot.caches[0]?.parsed.recordDigest.length).toBe(24);
    const open = await source.openBlob(layer as Digest).then(
      (reader) => reader[Symbol.asyncDispose]().then(() => undefined),
      (error: CacheError) => error.code,
    );
    return {
      problems: snapshot.problems.map(({ code, subject }) => ({ code, layer: subject === layer })),
      marked: snapshot.blobs.find((blob) => blob.digest === layer)?.problem,
      open,
    };
  }

  test.each<[string, (path: string) => void, string, string | undefined, string | undefined]>([
    ['missing', (path) => rmSync(path), 'NOT_FOUND', undefined, 'NOT_FOUND'],
    ['cut short', (path) => truncateSync(path, 10), 'SIZE_MISMATCH', 'SIZE_MISMATCH', undefined],
    [
      'longer than it should be',
      (path) => writeFileSync(path, 'x'.repeat(9999)),
      'SIZE_MISMATCH',
      'SIZE_MISMATCH',
      undefined,
    ],
    [
      'a link out of the source',
      (path) => {
        rmSync(path);
        symlinkSync('/etc/hostname', path);
      },
      'CORRUPT',
      'CORRUPT',
      'CORRUPT',
    ],
    [
      'a link to nowhere',
      (path) => {
        rmSync(path);
        symlinkSync('/nowhere', path);
      },
      'CORRUPT',
      'CORRUPT',
      'CORRUPT',
    ],
    [
      'a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      'CORRUPT',
      'CORRUPT',
      'CORRUPT',
    ],
    [
      'a pipe',
      (path) => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
      'CORRUPT',
      'CORRUPT',
      'CORRUPT',
    ],
  ])('%s', async (_, damage, code, marked, open) => {
    expect(await problemsAfter(damage)).toEqual({ problems: [{ code, layer: true }], marked, open });
  });

  test('one that may not be read', async () => {
    const { root, path, layer } = sample();
    chmodSync(path(layer), 0);
    expect(await readWithoutPrivilege(root)).toEqual([{ code: 'ACCESS_DENIED', subject: layer }]);
  });

  test('a document whose bytes were changed is used, and said', async () => {
    const { root, path, manifestDigest } = sample();
    writeFileSync(path(manifestDigest), readFileSync(path(manifestDigest), 'utf8').replace('09:12:56', '09:12:57'));
    const { problems } = await (await openSource(root)).read();
    expect(problems).toMatchObject([{ code: 'DIGEST_MISMATCH', subject: manifestDigest }]);
  });

  test('when thousands are gone, the list of problems stays short', async () => {
    const layout = makeLayout(at('layout'));
    const layers = Array.from({ length: 3000 }, (_, i) => ({ mediaType: 'x', digest: D(i) as Digest, size: 1 }));
    layout.cache({ layers: layers.map(({ digest }) => ({ blob: digest, parent: -1 })) }, layers);
    const { problems } = await (await openSource(layout.root)).read();
    expect(problems.length).toBe(1001);
    expect(problems.at(-1)?.message).toContain('2000 more');
  });
});

test('images beside a cache are problems, and their layers belong to somebody', async () => {
  const layout = makeLayout(at('layout'));
  const config = layout.blob('{"rootfs":{"diff_ids":["x"]}}', 'application/vnd.oci.image.config.v1+json');
  const layer = layout.layer('layer of the image');
  const image = layout.manifest({ config, layers: [layer] }, 'image');
  layout.manifest(
    { manifests: [image, { ...image, digest: D(7) }] },
    'platforms',
    'application/vnd.oci.image.index.v1+json',
  );
  layout.cache({}, [], 'cache');
  const { caches, problems, documents, imageLayers } = await (await openSource(layout.root)).read();
  expect(caches.map((cache) => cache.ref)).toEqual(['cache']);
  expect(problems.map(({ code, subject }) => [code, subject])).toEqual([
    ['UNSUPPORTED_FORMAT', 'image'],
    ['NOT_FOUND', D(7)],
    ['UNSUPPORTED_FORMAT', 'platforms'],
  ]);
  expect(documents).toEqual(expect.arrayContaining([config.digest, image.digest]));
  expect(imageLayers).toEqual([layer.digest]);
});

test('two entries of one name are two caches', async () => {
  const layout = makeLayout(at('layout'));
  layout.cache({}, [], 'latest');
  layout.cache({ records: [{ digest: D(1) }] }, [], 'latest');
  const { caches } = await (await openSource(layout.root)).read();
  expect(caches.map((cache) => [cache.ref, cache.parsed.recordDigest.length])).toEqual([
    ['latest', 0],
    ['latest~2', 1],
  ]);
});

test('an inline cache in an image', async () => {
  const layout = makeLayout(at('layout'));
  const layer = layout.layer('x');
  const records = [{ layers: [{ layer: 0, createdAt: T }], digest: D(1) }];
  const config = layout.blob(
    JSON.stringify({
      rootfs: { diff_ids: [D(9)] },
      'moby.buildkit.cache.v0': Buffer.from(JSON.stringify(records)).toString('base64'),
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  layout.manifest({ config, layers: [layer] }, 'image');
  const { caches, problems, documents } = await (await openSource(layout.root)).read();
  expect(problems).toEqual([]);
  expect(caches).toMatchObject([
    {
      ref: 'image',
      form: 'inline',
      config,
      descriptors: [{ ...layer, annotations: { 'containerd.io/uncompressed': D(9) } }],
    },
  ]);
  expect(documents).not.toContain(layer.digest);
});

/**
 * Reads in a process that has to ask for permission: root, which tests may run as, does not.
 * @returns the error, or the problems
 */
async function readWithoutPrivilege(root: string): Promise<unknown> {
  const script = `
    import { openSource } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    const answer = await openSource(${JSON.stringify(root)}).then((source) => source.read()).then(
      ({ problems }) => problems.map(({ code, subject }) => ({ code, subject })), (error) => error.toJSON());
    console.log(JSON.stringify(answer));`;
  writeFileSync(at('script.mjs'), script);
  const node = [process.execPath, at('script.mjs')];
  const rights = ['-dac_override', '-dac_read_search'].join();
  const [command = '', ...args] =
    process.getuid?.() === 0 ? ['setpriv', `--bounding-set=${rights}`, `--inh-caps=${rights}`, ...node] : node;
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return JSON.parse(run.stdout || expect.fail(run.stderr || String(run.error)));
}
