import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DataSetName, dataSet } from '../../testing/data-sets.ts';

/** The project's own real caches: always there. */
export const FIXTURES = join(import.meta.dirname, '../../../../fixtures');

/** Why tests over the larger sets are skipped; undefined when they run. Goes into the title of the test. */
export const noTestData = process.env.CACHEWRIGHT_TEST_DATA ? undefined : 'skipped: CACHEWRIGHT_TEST_DATA is not set';

/** The unpacked sets. */
export interface TestData extends Disposable {
  /** Folder of a set. @throws when it is missing: that is a failure, not a reason to skip */
  set(name: string): string;
}

/** Gives the larger sets, which are unpacked once a machine. Only call it where `noTestData` is undefined. */
export function openTestData(): TestData {
  return {
    set: (name) => dataSet(name as DataSetName) ?? '',
    [Symbol.dispose]: () => {},
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
