// Finds dead code, twice. First with tests, benches and scripts as callers: nothing may be left. Then from what people run
// alone: what only tests reach must stand in the list below with its reason, and goes from it as soon as it has a caller.
import { spawnSync } from 'node:child_process';

const SERVICE =
  'the cache service, which comes next, keeps the keys of many builds: its own here, what it imported beside them, in one manager';
const MISS =
  'the miss debugger, which comes next, replays a build against a cache: this is the build, by the names of the solver';
const PARSE = 'the way from a config to a solver, as `v1.Parse`: the cache service reads by it what it imports';

/** What production code does not reach yet and stays: a file, or `file: export`, with the reason. */
const NEEDED: Readonly<Record<string, string>> = {
  'src/main/hosts/electron-binary.ts: downloadElectron':
    'called by `npm start`, a script: scripts are not counted here',
  'src/main/adapters/memory/cache-key-storage.ts': SERVICE,
  'src/main/engine/remotecache/parse.ts: parseCacheConfig': PARSE,
  'src/main/engine/remotecache/exporter.ts: createExporter':
    'an export of records that come one by one: the answer of the cache service to an import. Whole caches are exported from columns',
  'src/main/engine/solver/types.ts: Op': MISS,
  'src/main/engine/solver/types.ts: CachedResult': MISS,
};

interface Issue {
  readonly file: string;
  readonly files?: readonly unknown[];
  readonly exports?: readonly { readonly name: string }[];
  readonly types?: readonly { readonly name: string }[];
}

const shell = process.platform === 'win32';
const all = spawnSync('knip', [], { stdio: 'inherit', shell });

const production = ['--production', '--include', 'files,exports,types', '--reporter', 'json', '--no-exit-code'];
const { stdout, stderr, status } = spawnSync('knip', production, { encoding: 'utf8', shell });
if (status !== 0) {
  console.error(stderr);
  process.exit(1);
}
const { issues } = JSON.parse(stdout) as { readonly issues: readonly Issue[] };
const found = new Set(
  issues.flatMap(({ file, files = [], exports = [], types = [] }) => [
    ...files.map(() => file),
    ...[...exports, ...types].map(({ name }) => `${file}: ${name}`),
  ]),
);
const unlisted = [...found].filter((name) => !(name in NEEDED)).sort();
const reached = Object.keys(NEEDED).filter((name) => !found.has(name));

console.log(`Reached by tests only, and needed: ${Object.keys(NEEDED).length}`);
for (const [name, reason] of Object.entries(NEEDED)) console.log(`  ${name}\n    ${reason}`);
for (const name of unlisted)
  console.log(`  only tests reach this: give it a caller, move it under testing/ or delete it: ${name}`);
for (const name of reached) console.log(`  no longer there, take it off the list: ${name}`);
process.exit(all.status === 0 && unlisted.length === 0 && reached.length === 0 ? 0 : 1);
