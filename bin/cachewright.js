#!/usr/bin/env node
// Runs the command line on the Node that the project brings along (24), whatever Node started this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = new URL('../src/main/hosts/cli/main.ts', import.meta.url);
const major = Number(process.versions.node.split('.')[0]);

if (major >= 24) {
  // Compiled code is kept where only this user writes: a shared folder could be filled by somebody else.
  const { default: envPaths } = await import('env-paths');
  const folder = process.env.CACHEWRIGHT_CACHE_DIR || envPaths('cachewright', { suffix: '' }).cache;
  module.enableCompileCache(join(folder, 'compiled'));
  await import(entry.href);
} else {
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(own)) {
    process.stderr.write('cachewright needs Node 24 or newer: run "npm ci" in its folder, or install Node 24.\n');
    process.exit(2);
  }
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself; it decides how to end, and we end with it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code) => process.exit(code ?? 130));
}
