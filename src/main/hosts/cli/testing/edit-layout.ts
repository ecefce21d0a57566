import { createHash } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The parts of a cache config that tests change. */
export interface EditableConfig {
  layers: { blob: string; parent: number }[];
  records: {
    digest: string;
    inputs?: { link: number; selector?: string }[][];
    layers?: { layer: number; createdAt: string }[];
  }[];
}

export interface EditableManifest {
  config: { digest: string; size: number };
  layers: { digest: string; size: number }[];
}

const blobPath = (folder: string, digest: string): string =>
  join(folder, 'blobs/sha256', digest.replace(/^sha256:/, ''));

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

async function writeBlob(folder: string, text: string): Promise<{ digest: string; size: number }> {
  const hex = createHash('sha256').update(text).digest('hex');
  await writeFile(blobPath(folder, hex), text);
  return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
}

interface Index {
  manifests: { digest: string; size: number }[];
}

/** Changes the first cache of an OCI layout in place, every digest above the change made anew. */
export async function editLayout(
  folder: string,
  edit: (config: EditableConfig, manifest: EditableManifest) => void,
): Promise<void> {
  const index = await readJson<Index>(join(folder, 'index.json'));
  const [entry] = index.manifests;
  if (!entry) throw new Error('the layout has no manifest');
  const manifest = await readJson<EditableManifest>(blobPath(folder, entry.digest));
  const config = await readJson<EditableConfig>(blobPath(folder, manifest.config.digest));
  const before = manifest.config.digest;
  edit(config, manifest);
  if (manifest.config.digest === before)
    Object.assign(manifest.config, await writeBlob(folder, JSON.stringify(config)));
  Object.assign(entry, await writeBlob(folder, JSON.stringify(manifest)));
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
}

/** Gives the config descriptor this size, and the file behind it too: a hole, which takes no room on the disk. */
export async function inflateConfig(folder: string, bytes: number): Promise<void> {
  let digest = '';
  await editLayout(folder, (_config, manifest) => {
    digest = `sha256:${'c0'.repeat(32)}`;
    manifest.config = { ...manifest.config, digest, size: bytes };
  });
  await writeFile(blobPath(folder, digest), '');
  await truncate(blobPath(folder, digest), bytes);
}

/** Path of a layer blob of the first cache: the largest, so that a test can cut it. */
export async function largestLayer(folder: string): Promise<{ readonly path: string; readonly digest: string }> {
  const index = await readJson<Index>(join(folder, 'index.json'));
  const manifest = await readJson<EditableManifest>(blobPath(folder, index.manifests[0]?.digest ?? ''));
  const [largest] = [...manifest.layers].sort((a, b) => b.size - a.size);
  if (!largest) throw new Error('the layout has no layer');
  return { path: blobPath(folder, largest.digest), digest: largest.digest };
}
