import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseRef } from '../../../../shared/oci/reference.ts';
import { createRepositoryOpener } from '../open-repository.ts';
import type { Repository } from '../repository.ts';

/** A descriptor in a document, as far as pushing needs it. */
interface Entry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A repository of a test's registry, opened by a reference, without an account. */
export function openRepository(reference: string): Repository {
  return createRepositoryOpener(async () => undefined)(parseRef(reference));
}

/**
 * Pushes what a reference of an OCI layout leads to as it lies there: every blob that is no manifest, the manifests below
 * an index by digest, then the one it names under the tag.
 */
export async function pushLayout(layout: string, to: string, ref?: string): Promise<Entry> {
  const repository = openRepository(to);
  const path = (digest: string) => join(layout, 'blobs', ...digest.split(':'));
  const read = (digest: string): Buffer => readFileSync(path(digest));
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: Entry[] };
  const isNamed = ({ annotations }: Entry) => annotations?.['org.opencontainers.image.ref.name'] === ref;
  const root = ref === undefined ? index.manifests[0] : index.manifests.find(isNamed);
  if (!root) throw new Error(`the layout has no ${ref}`);

  const push = async (entry: Entry, reference: string): Promise<void> => {
    const document = JSON.parse(read(entry.digest).toString()) as {
      config?: Entry;
      layers?: Entry[];
      manifests?: Entry[];
    };
    for (const child of [
      ...(document.layers ?? []),
      ...(document.manifests ?? []),
      ...(document.config ? [document.config] : []),
    ]) {
      if (/manifest|index/.test(child.mediaType)) await push(child, child.digest);
      else await repository.upload(child, () => createReadStream(path(child.digest)));
    }
    await repository.putManifest(reference, entry.mediaType, read(entry.digest));
  };
  await push(root, parseRef(to).tag ?? 'latest');
  return root;
}

/** Sizes of every blob of a layout, by digest. */
export function blobSizes(layout: string): Record<string, number> {
  const folder = join(layout, 'blobs/sha256');
  return Object.fromEntries(readdirSync(folder).map((hex) => [`sha256:${hex}`, statSync(join(folder, hex)).size]));
}
