// The process that runs tests for `mutate.ts`: one Vitest that stays, so that a mutant costs its tests and not Vitest's start.
import { relative } from 'node:path';
import { createVitest, type TestSpecification } from 'vitest/node';

/** Tests to choose, or to run after a file changed. Paths are relative to the working folder. */
export type Order =
  | { readonly choose: string; readonly under: readonly string[] }
  | { readonly changed: string; readonly run: readonly string[] };
/** The tests that lead to a file, or how long each test took that ran, in ms; the last one failed where `failed`. */
export type Outcome =
  | { readonly chosen: readonly string[] }
  | { readonly took: Readonly<Record<string, number>>; readonly failed: boolean };

const root = process.cwd();
const vitest = await createVitest('test', {
  root,
  project: ['node'],
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [{}],
});
await vitest.standalone();
const specifications = new Map<string, TestSpecification>();
/** The file that changed last: it is as it was when another one changes. */
let before: string | undefined;

async function choose(file: string, under: readonly string[]): Promise<readonly string[]> {
  vitest.config.related = [`${root}/${file}`];
  const found = await vitest.getRelevantTestSpecifications([...under]);
  return found.map((one) => {
    const path = relative(root, one.moduleId);
    specifications.set(path, one);
    return path;
  });
}

async function run(changed: string, tests: readonly string[]): Promise<Outcome> {
  for (const file of new Set([before ?? changed, changed])) vitest.invalidateFile(`${root}/${file}`);
  before = changed;
  const took: Record<string, number> = {};
  for (const test of tests) {
    const specification = specifications.get(test);
    if (!specification) continue;
    const start = performance.now();
    // What failed before counts against the limit of failures, and would end a run that goes well.
    for (const known of [vitest.state.errorsSet, vitest.state.idMap, vitest.state.filesMap]) known.clear();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
    took[test] = performance.now() - start;
    if (unhandledErrors.length > 0 || testModules.some((one) => !one.ok())) return { took, failed: true };
  }
  return { took, failed: false };
}

process.on('disconnect', () => void vitest.exit(true));
process.on('message', async (order: Order) => {
  const outcome: Outcome =
    'choose' in order ? { chosen: await choose(order.choose, order.under) } : await run(order.changed, order.run);
  process.send?.(outcome);
});
process.send?.('ready');
