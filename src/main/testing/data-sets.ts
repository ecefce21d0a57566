import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sets of real caches with BuildKit's own answers, for tests. */
export type DataSetName = 'tiny' | 'app' | 'pairs';

/**
 * The folder of a data set under `CACHEWRIGHT_TEST_DATA`, unpacked when it is an archive (once a machine: the unpacker
 * does nothing where it is there). `undefined`, with a printed reason, when the variable is not set.
 * @throws when the variable is set and the set is missing: that is a failure, not a skip
 */
export function dataSet(name: DataSetName): string | undefined {
  const root = process.env.CACHEWRIGHT_TEST_DATA;
  if (!root) {
    process.stdout.write(`skipped: the tests over the data set "${name}" need CACHEWRIGHT_TEST_DATA\n`);
    return undefined;
  }
  const plain = join(root, name);
  if (existsSync(plain)) return plain;
  if (!existsSync(join(root, `${name}.tar.xz`))) throw new Error(`CACHEWRIGHT_TEST_DATA holds no data set "${name}"`);
  const target = join(tmpdir(), 'cachewright-test-data');
  mkdirSync(target, { recursive: true });
  // One lock for all test processes: two must not unpack the same set at once.
  execFileSync('flock', [join(target, `.${name}.lock`), join(root, 'unpack'), target, name], { stdio: 'inherit' });
  return join(target, name);
}
