import { createHash } from 'node:crypto';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import type { SeenSource } from '../../engine/ports/catalog.ts';
import type { KeptMeta } from './settings.ts';

/** Stands behind the checksum in the head of every DuckDB file. */
const MAGIC = 'DUCK';
const MAGIC_AT = 8;

/**
 * Writes what is known of a whole catalog beside it, so that DuckDB need not be loaded for it: a line with the SHA-256 of
 * the rest, then JSON.
 * @param part a name in the same folder that becomes `path` by a rename
 */
export async function writeMeta(path: string, part: string, catalog: string, meta: KeptMeta): Promise<void> {
  const { bytes } = await headOf(catalog);
  const text = JSON.stringify({ bytes, meta });
  await writeFile(part, `${sumOf(text)}\n${text}`);
  await rename(part, path);
}

/** Returns what `writeMeta` wrote for this catalog; undefined where either of the two is not there or not whole. */
export async function readMeta(path: string, catalog: string): Promise<KeptMeta | undefined> {
  try {
    const [sum, text = ''] = (await readFile(path, 'utf8')).split('\n', 2);
    const { bytes, isDuckdb } = await headOf(catalog);
    if (sum !== sumOf(text) || !isDuckdb) return undefined;
    const written = JSON.parse(text) as { readonly bytes: number; readonly meta: KeptMeta };
    return written.bytes === bytes ? written.meta : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the look of the source in a meta file, with what it stands for; undefined where it stands for nothing. */
export function seenIn({ look, wholeBytes }: Pick<KeptMeta, 'look' | 'wholeBytes'>): SeenSource | undefined {
  return look === undefined || wholeBytes === undefined ? undefined : { look, wholeBytes };
}

async function headOf(catalog: string): Promise<{ bytes: number; isDuckdb: boolean }> {
  await using file = await open(catalog);
  const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, MAGIC_AT);
  return { bytes: (await file.stat()).size, isDuckdb: buffer.toString('latin1') === MAGIC };
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
