import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { INDEX_FILE, LAYOUT_FILE } from './layout.ts';
import { OPEN_FLAGS } from './plain-file.ts';
import { isTarHeader } from './tar-entries.ts';

/** What a path is. `location` is canonical. Without a `kind` nothing that opens is there; then it says why. */
export type LayoutProbe =
  | { readonly kind: 'oci-layout' | 'oci-tar'; readonly location: string }
  | { readonly kind?: undefined; readonly location: string; readonly seen: string; readonly hint: string };

/** Magic numbers of what a tar may be compressed with, and how to undo it. */
const COMPRESSED: readonly (readonly [magic: string, name: string, command: string])[] = [
  ['1f8b', 'gzip', 'gunzip -k'],
  ['28b52ffd', 'zstd', 'zstd -d'],
  ['fd377a58', 'xz', 'xz -dk'],
  ['425a68', 'bzip2', 'bunzip2 -k'],
];

/**
 * Tells what a path is, by its files only.
 * @throws the system's error where nothing is or the path cannot be looked at
 */
export async function probe(path: string): Promise<LayoutProbe> {
  const location = await realpath(path);
  if ((await stat(location)).isDirectory()) return probeFolder(location);
  const inside = [INDEX_FILE, LAYOUT_FILE].includes(basename(location));
  return inside ? probeFolder(dirname(location)) : probeFile(location);
}

async function probeFolder(location: string): Promise<LayoutProbe> {
  if (await isLayout(location)) return { kind: 'oci-layout', location };
  const names = await readdir(location);
  const found = await layoutBelow(location, names);
  return {
    location,
    seen: names.length === 0 ? 'This folder is empty.' : 'This folder is not a build cache.',
    hint:
      found === undefined
        ? `An OCI layout was looked for: a folder with ${INDEX_FILE} and blobs, as --export-cache type=local writes it.`
        : `There is an OCI layout in it: open ${join(location, found)}.`,
  };
}

/** Also true where the index is something that cannot be read: the error then is about the index. */
async function isLayout(folder: string): Promise<boolean> {
  const there = (name: string) =>
    lstat(join(folder, name)).then(
      () => true,
      () => false,
    );
  return (await there(INDEX_FILE)) || (await there(LAYOUT_FILE));
}

const LOOKED_AT_BELOW = 50;

async function layoutBelow(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names.slice(0, LOOKED_AT_BELOW)) if (await isLayout(join(folder, name))) return name;
  return undefined;
}

async function probeFile(location: string): Promise<LayoutProbe> {
  await using file = await open(location, OPEN_FLAGS);
  if (!(await file.stat()).isFile())
    return { location, seen: 'This is neither a folder nor a file.', hint: LOOKED_FOR };
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
  const head = buffer.subarray(0, bytesRead);
  if (isTarHeader(head)) return { kind: 'oci-tar', location };
  const compressed = COMPRESSED.find(([magic]) => head.toString('hex').startsWith(magic));
  if (compressed === undefined) {
    return { location, seen: bytesRead === 0 ? 'This file is empty.' : 'This file is not a tar.', hint: LOOKED_FOR };
  }
  const [, name, command] = compressed;
  return {
    location,
    seen: `This file is compressed with ${name}: blobs in it cannot be read in place.`,
    hint: `Unpack it first: ${command} ${basename(location)}.`,
  };
}

const LOOKED_FOR = 'An OCI layout was looked for: a folder with index.json and blobs, or an uncompressed tar of one.';
