import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../places.ts';
import { EXIT } from './exit-codes.ts';
import { createOutput } from './output.ts';
import { runCli } from './run.ts';

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time the person does not want to wait.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  });
}

const { version } = JSON.parse(readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8')) as { version: string };
const code = await runCli(process.argv.slice(2), {
  version,
  out: createOutput(process.stdout),
  err: createOutput(process.stderr),
  environment: process.env,
  signal: controller.signal,
  typed: process.stdin.isTTY ? process.stdin : undefined,
  startEngine: async (host, keepsCatalogs) =>
    (await import('../compose.ts')).composeEngine({ host, environment: process.env, keepsCatalogs }),
});
// Not left to the event loop: a thread of a library must not keep a finished command alive.
process.exit(code);
