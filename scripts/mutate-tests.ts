// The process that runs tests for `mutate.ts`: one Vitest that stays, so that a mutant costs its tests and not Vitest's start.
import { relative } from 'node:path';
import { createVitest, type TestModule, type TestSpecification } from 'vitest/node';

/** Tests to choose, or to run after a file changed. Paths are relative to the working folder. */
export type Order =
  | { readonly choose: string; readonly under: readonly string[] }
  | { readonly changed: string; readonly run: readonly string[] };
/** The tests that lead to a file, or how long each test file took that ran, in ms, and what failed in the last one. */
export type Outcome =
  | { readonly chosen: readonly string[] }
  | { readonly took: Readonly<Record<string, number>>; readonly failed: string | undefined };

const root = process.cwd();
const vitest = await createVitest('test', {
  root,
  project: ['node'],
  watch: false,
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
    vitest.state.errorsSet.clear();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
    took[test] = performance.now() - start;
    // Files that failed under an earlier mutant are among them too.
    const own = testModules.filter(({ moduleId }) => moduleId === specification.moduleId);
    const failed = failureIn(own) ?? unhandledErrors.map(String)[0];
    if (failed !== undefined) return { took, failed };
  }
  return { took, failed: undefined };
}

/** The name of the first test that failed, or why a file of tests could not be run. */
function failureIn(modules: readonly TestModule[]): string | undefined {
  for (const one of modules) {
    for (const test of one.children.allTests('failed')) return test.fullName;
    for (const { message } of one.errors()) return message;
    for (const suite of one.children.allSuites()) for (const { message } of suite.errors()) return message;
  }
  return undefined;
}

process.on('disconnect', () => void vitest.exit(true));
process.on('message', async (order: Order) => {
  const outcome: Outcome =
    'choose' in order ? { chosen: await choose(order.choose, order.under) } : await run(order.changed, order.run);
  process.send?.(outcome);
});
process.send?.('ready');
