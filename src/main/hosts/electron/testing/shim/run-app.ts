import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** False where the shim has no Chromium to show a window in. */
export const hasChromium = existsSync(process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium');

/** A program that has not ended by then hangs. For tests, which wait a little longer. */
export const LIMIT_MS = 100_000;

/** A program that ran on the shim until its end. */
export interface RanApp {
  /** What it wrote with `console.log`, line by line. */
  readonly lines: readonly string[];
  readonly errors: string;
  readonly code: number | null;
  readonly signal: string | null;
}

/** Writes a program of these files into a folder of its own, runs it on the shim, and waits for its end. */
export async function runApp(files: Readonly<Record<string, string>>, words: readonly string[] = []): Promise<RanApp> {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-shim-'));
  try {
    const manifest = JSON.stringify({ name: 'tiny', type: 'module', main: 'main.js' });
    for (const [name, text] of Object.entries({ 'package.json': manifest, ...files })) {
      await writeFile(join(folder, name), text);
    }
    const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const args = [...root, `--user-data-dir=${join(folder, 'user-data')}`, folder, ...words];
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const child = spawn(join(import.meta.dirname, 'electron'), args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // What it wrote until then says where it hangs.
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let [out, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (status, by) => resolve([status, by])),
    );
    return { lines: out.split('\n').filter((line) => line !== ''), errors, code, signal };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
