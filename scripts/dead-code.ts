// Finds dead code, twice. First with tests, benches and scripts as callers: nothing may be left. Then from what people run
// alone: what only tests reach must stand in the list below with its reason, and goes from it as soon as it has a caller.
import { spawnSync } from 'node:child_process';

const SERVICE = 'the key graph that the cache service keeps and the miss debugger replays a build against';
const PARSE = 'the way from a config to a solver, as `v1.Parse`: what the cache service imports is read by it';

/** What production code does not reach yet and stays: a file, or `file: export`, with the reason. */
const NEEDED: Readonly<Record<string, string>> = {
  'src/main/engine/remotecache/s3-manifest.ts: withLayerAnnotations': 'what an export to S3 will write',
  'src/main/hosts/electron-binary.ts: downloadElectron':
    'called by `npm start`, a script: scripts are not counted here',
  'src/main/engine/solver/cache-manager.ts': SERVICE,
  'src/main/engine/solver/combined-cache-manager.ts': SERVICE,
  'src/main/engine/solver/key-exporter.ts': SERVICE,
  'src/main/engine/solver/cache-key.ts: createRootKey': SERVICE,
  'src/main/adapters/memory/cache-key-storage.ts': SERVICE,
  'src/main/adapters/sqlite/cache-key-storage.ts': SERVICE,
  'src/main/engine/remotecache/parse-chains.ts: addConfigTo': PARSE,
  'src/main/engine/remotecache/parse.ts: parseCacheConfig': PARSE,
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
