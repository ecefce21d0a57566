import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editLayout, inflateConfig } from './testing/edit-layout.ts';
import { createWorkspace, type Workspace } from './testing/workspace.ts';

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

/** How a source is made, in a copy of the sample; what the error names; and the code. */
interface Bad {
  readonly name: string;
  readonly code: RegExp;
  /** In the line of the error. */
  readonly names: RegExp;
  make(folder: string): Promise<string | undefined>;
}

const CASES: readonly Bad[] = [
  {
    name: 'nothing there',
    code: /NOT_FOUND/,
    names: /nowhere/,
    make: async (folder) => join(folder, 'nowhere'),
  },
  {
    name: 'not a cache, a folder',
    code: /UNSUPPORTED_FORMAT/,
    names: /plain/,
    make: async (folder) => {
      await mkdir(join(folder, 'plain'));
      await writeFile(join(folder, 'plain/readme.txt'), 'hello');
      return join(folder, 'plain');
    },
  },
  {
    name: 'not a cache, a file',
    code: /UNSUPPORTED_FORMAT/,
    names: /readme\.txt/,
    make: async (folder) => {
      await writeFile(join(folder, 'readme.txt'), 'hello');
      return join(folder, 'readme.txt');
    },
  },
  {
    name: 'an empty folder',
    code: /UNSUPPORTED_FORMAT/,
    names: /empty/,
    make: async (folder) => {
      await mkdir(join(folder, 'empty'));
      return join(folder, 'empty');
    },
  },
  {
    name: 'index.json cut in half',
    code: /CORRUPT/,
    names: /index\.json/,
    make: async (folder) => {
      await truncate(join(folder, 'index.json'), 120);
      return undefined;
    },
  },
  {
    name: 'an index that cannot be read',
    code: /CORRUPT|ACCESS_DENIED/,
    names: /index\.json/,
    make: async (folder) => {
      await rm(join(folder, 'index.json'));
      await mkdir(join(folder, 'index.json'));
      return undefined;
    },
  },
  {
    name: 'a config of 2 GiB',
    code: /CORRUPT|UNSUPPORTED_FORMAT|INVALID_INPUT/,
    names: /sha256:c0c0/,
    make: async (folder) => {
      await inflateConfig(folder, 2 * 1024 ** 3);
      return undefined;
    },
  },
  {
    name: 'a loop of layer parents',
    code: /CORRUPT/,
    names: /layers/,
    make: async (folder) => {
      await editLayout(folder, (config) => {
        const [first, second] = config.layers;
        if (!first || !second) throw new Error('two layers expected');
        first.parent = 1;
        second.parent = 0;
      });
      return undefined;
    },
  },
  {
    name: 'a loop of records',
    code: /CORRUPT/,
    names: /records/,
    make: async (folder) => {
      await editLayout(folder, (config) => {
        const at = config.records.findIndex((record) => record.inputs);
        const record = config.records[at];
        if (!record) throw new Error('a record with inputs expected');
        record.inputs = [[{ link: at }]];
      });
      return undefined;
    },
  },
  {
    name: 'a link out of range',
    code: /CORRUPT/,
    names: /records/,
    make: async (folder) => {
      await editLayout(folder, (config) => {
        const record = config.records.find((one) => one.inputs);
        if (record) record.inputs = [[{ link: 9999 }]];
      });
      return undefined;
    },
  },
  {
    name: 'a digest that climbs',
    code: /CORRUPT|INVALID_INPUT/,
    names: /\.\.\/\.\.\/etc/,
    make: async (folder) => {
      await editLayout(folder, (_config, manifest) => {
        manifest.config = { ...manifest.config, digest: 'sha256:../../etc/passwd' };
      });
      return undefined;
    },
  },
  {
    name: 'a tar with absolute names',
    code: /INVALID_INPUT/,
    names: /\.tar/,
    make: async (folder) => {
      const tar = join(folder, 'absolute.tar');
      execFileSync('tar', ['--absolute-names', '-cf', tar, join(folder, 'index.json'), join(folder, 'oci-layout')]);
      return tar;
    },
  },
];

describe('a source that cannot be read is exit 3, and one line', () => {
  it.each(CASES)('$name', async ({ name, code, names, make }) => {
    const folder = await work.copy('sample', name.replaceAll(/\W+/g, '-'));
    const location = (await make(folder)) ?? folder;
    const before = await tree(folder);
    for (const args of [
      ['inspect', location],
      ['keys', location, '--json'],
      ['verify', location],
      ['import', location, '--to', work.path('never')],
    ]) {
      const run = await work.run(...args);
      expect({ args: args[0], code: run.code, out: run.out }).toEqual({ args: args[0], code: 3, out: '' });
      expect(run.err.trimEnd().split('\n')).toHaveLength(1);
      expect(run.err.split(' ')[0]).toMatch(code);
      expect(run.err).toMatch(names);
      expect(run.err).toMatch(/\(.+\)\n$/);
    }
    // Nothing was written: neither there, nor where it was to go.
    expect(await tree(folder)).toEqual(before);
    expect(await readdir(work.folder)).not.toContain('never');
  });
});

async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() && !path.includes('c0c0') ? `${path} ${(await readFile(path)).length}` : path;
  });
  return (await Promise.all(lines)).sort();
}
