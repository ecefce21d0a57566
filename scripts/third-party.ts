// THIRD_PARTY.txt: the licences of everything of others that a package holds. Made from what the bundler put into the
// bundles, not from the list of dependencies. Vite's own `build.license` knows neither fonts nor what is not bundled.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** Files of a package that say under which terms it may be passed on. */
const TERMS = /^(licen[cs]e|copying|notice)/i;

/** Collects the folders of the packages that end up in bundles, over any number of builds. */
export interface BundledPackages {
  readonly folders: ReadonlySet<string>;
  /** One for each build. */
  plugin(): Plugin;
}

export function createBundledPackages(): BundledPackages {
  const folders = new Set<string>();
  return {
    folders,
    plugin: () => {
      let root = '';
      return {
        name: 'bundled-packages',
        configResolved: (config) => {
          root = config.root;
        },
        generateBundle: (_options, bundle) => {
          for (const part of Object.values(bundle)) {
            for (const name of part.type === 'chunk' ? part.moduleIds : part.originalFileNames) {
              const folder = packageFolder(resolve(root, name.replace(/^\0|\?.*$/g, '')));
              if (folder !== undefined) folders.add(folder);
            }
          }
        },
      };
    },
  };
}

/**
 * Returns the text of THIRD_PARTY.txt for the packages in these folders.
 * @throws when a package does not say under which licence it is
 */
export async function thirdPartyText(folders: Iterable<string>): Promise<string> {
  // By title, since one version of a package may be installed in several places.
  const terms = new Map(await Promise.all([...folders].map(entryOf)));
  const entries = [...terms].sort(([a], [b]) => (a < b ? -1 : 1));
  return [HEADER, ...entries.map(([title, text]) => `${RULE}\n${title}\n\n${text}`)].join('\n\n').concat('\n');
}

const RULE = '-'.repeat(80);
const HEADER = `Cachewright is under the Apache License 2.0 (see LICENSE). It holds parts of others under the terms below.
Electron and Chromium come with their own: LICENSE.electron.txt and LICENSES.chromium.html.`;

async function entryOf(folder: string): Promise<[title: string, terms: string]> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, repository, homepage } = manifest;
  if (typeof license !== 'string' || license === '') throw new Error(`${name} ${version} names no licence.`);
  const files = (await readdir(folder)).filter((file) => TERMS.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const terms = texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
  const source = repository?.url ?? repository ?? homepage;
  return [`${name} ${version} (${license})`, terms || `The package comes without a text of its licence. See ${source}`];
}

/** The folder of the package that a file belongs to; undefined for a file of our own. */
function packageFolder(path: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(path)?.[0];
}
