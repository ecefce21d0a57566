#!/usr/bin/env node
// Runs the command line on the Node that the project brings along (24), whatever Node started this file. Little is done
// here, and nothing loaded that this file does not need: it is part of every start.
import { existsSync, readFileSync, statSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [only, ...more] = process.argv.slice(2);
const help = more.length === 0 && (only === '--help' || only === '-h') ? builtHelp() : undefined;

if (help !== undefined) {
  process.stdout.write(help);
} else if (more.length === 0 && (only === '--version' || only === '-V')) {
  process.stdout.write(`${JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version}\n`);
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  // Before the first file is read: see src/main/system/disk-threads.ts.
  process.env.UV_THREADPOOL_SIZE ??= '32';
  // Beside what is compiled: whoever can write there can change the program itself.
  module.enableCompileCache(`${root}dist/cli/compiled`);
  await import(isBuilt() ? '../dist/cli/main.js' : '../src/main/hosts/cli/main.ts');
} else {
  await runOnOwnNode();
}

/**
 * `npm ci` builds the command line, and notes size and time of every file it was made from. What was changed since then
 * counts at once: the sources run until the next build.
 */
function isBuilt() {
  try {
    const inputs = JSON.parse(readFileSync(`${root}dist/cli/inputs.json`, 'utf8'));
    return inputs.every(([path, size, mtimeMs]) => {
      const found = statSync(root + path);
      return found.size === size && found.mtimeMs === mtimeMs;
    });
  } catch {
    return false;
  }
}

/** The help as it was built for terminals of this width; undefined where it has to be laid out. */
function builtHelp() {
  if (!isBuilt()) return undefined;
  try {
    const { usual, unwrapped } = JSON.parse(readFileSync(`${root}dist/cli/help.json`, 'utf8'));
    const width = (process.stdout.isTTY && process.stdout.columns) || usual.width;
    if (width === usual.width) return usual.text;
    return width >= unwrapped.width ? unwrapped.text : undefined;
  } catch {
    return undefined;
  }
}

async function runOnOwnNode() {
  const own = `${root}node_modules/.bin/node`;
  if (!existsSync(own)) {
    process.stderr.write('cachewright needs Node 24 or newer: run "npm ci" in its folder, or install Node 24.\n');
    process.exit(2);
  }
  const { spawn } = await import('node:child_process');
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself; it decides how to end, and we end with it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code) => process.exit(code ?? 130));
}
