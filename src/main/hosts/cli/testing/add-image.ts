import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Descriptor } from '../../../../shared/oci/descriptor.ts';
import { type LayoutIndexDocument, printLayoutIndex, withReference } from '../../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../../shared/oci/media-types.ts';

/** The layers of the first cache in a layout, as its manifest describes them, the largest first. */
export async function layersOf(folder: string): Promise<Descriptor[]> {
  const [entry] = (await readIndex(folder)).manifests;
  if (!entry) throw new Error('the layout has no manifest');
  const manifest = JSON.parse(await readFile(blobPath(folder, entry.digest), 'utf8')) as { layers: Descriptor[] };
  return manifest.layers.toSorted((a, b) => b.size - a.size);
}

/** Adds an ordinary image of these layers, without a cache in it, to a layout: what `skopeo copy` to it would leave. */
export async function addImage(folder: string, layers: readonly Descriptor[], ref = 'app'): Promise<void> {
  const config = await writeBlob(folder, MEDIA_TYPES.ociImageConfig, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = await writeBlob(folder, MEDIA_TYPES.ociManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config,
    layers: layers.map(({ digest, mediaType, size }) => ({ digest, mediaType, size })),
  });
  const index = withReference(await readIndex(folder), ref, manifest);
  await writeFile(join(folder, 'index.json'), printLayoutIndex(index));
}

async function readIndex(folder: string): Promise<LayoutIndexDocument> {
  return JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as LayoutIndexDocument;
}

async function writeBlob(folder: string, mediaType: string, document: object): Promise<Descriptor> {
  const text = JSON.stringify(document);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  await writeFile(blobPath(folder, digest), text);
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs/sha256', digest.replace(/^sha256:/, ''));
}
