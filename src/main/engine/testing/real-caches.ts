import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The project's own real caches: always there. */
export const FIXTURES = join(import.meta.dirname, '../../../../fixtures');

/** Sets of larger real caches, named by the environment; tests over them say so when it is not set. */
const DATA = process.env.CACHEWRIGHT_TEST_DATA;

/** Why tests over the larger sets are skipped; undefined when they run. Goes into the title of the test. */
export const noTestData = DATA === undefined ? 'skipped: CACHEWRIGHT_TEST_DATA is not set' : undefined;

/** The unpacked sets, in a temporary folder that goes with the object. */
export interface TestData extends Disposable {
  /** Folder of a set: `tiny`, `app` or `pairs`. @throws when it is missing: that is a failure, not a reason to skip */
  set(name: string): string;
}

/** Unpacks the larger sets. Only call it where `noTestData` is undefined. */
export function openTestData(): TestData {
  const data = DATA ?? '';
  const unpacked = mkdtempSync(join(tmpdir(), 'cachewright-data-'));
  execFileSync(join(data, 'unpack'), [unpacked]);
  return {
    set(name) {
      const found = [join(data, name), join(unpacked, name)].find((folder) => existsSync(folder));
      if (found === undefined) throw new Error(`the data set ${name} is missing`);
      return found;
    },
    [Symbol.dispose]: () => rmSync(unpacked, { recursive: true, force: true }),
  };
}

/** A real manifest and its cache config, as bytes, found without any code of ours. */
export interface RealCache {
  readonly name: string;
  readonly manifest: Buffer;
  readonly manifestType: string;
  readonly config: Buffer;
}

/** Every cache of every OCI layout below a folder. */
export function realCaches(folder: string): RealCache[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /(^|\/)index\.json$/.test(name))
    .sort()
    .flatMap((name) => {
      const layout = join(folder, name, '..');
      const blob = (digest: string) => readFileSync(join(layout, 'blobs', ...digest.split(':')));
      const index = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { manifests: Entry[] };
      return index.manifests.map((entry) => {
        const manifest = blob(entry.digest);
        const document = JSON.parse(manifest.toString()) as { config?: Entry; manifests?: Entry[] };
        const config = document.config ?? document.manifests?.at(-1);
        const ref = entry.annotations?.['org.opencontainers.image.ref.name'];
        return {
          name: `${name.replace(/\/?index\.json$/, '')}#${ref}`,
          manifest,
          manifestType: entry.mediaType,
          config: blob(config?.digest ?? ''),
        };
      });
    });
}

interface Entry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}
