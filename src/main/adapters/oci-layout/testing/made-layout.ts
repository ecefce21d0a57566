import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../../../shared/oci/digest.ts';
import { blobName, INDEX_FILE, LAYOUT_FILE } from '../layout.ts';

/** A folder that goes with the object. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'cachewright-layout-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export interface MadeDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An OCI layout that a test writes as it likes. */
export function makeLayout(root: string) {
  mkdirSync(join(root, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(root, LAYOUT_FILE), '{"imageLayoutVersion":"1.0.0"}');
  const layout = {
    root,
    path: (digest: string) => join(root, blobName(digest as Digest)),
    blob(content: string | Uint8Array, mediaType: string): MadeDescriptor {
      const bytes = Buffer.from(content);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
      writeFileSync(layout.path(digest), bytes);
      return { mediaType, digest, size: bytes.length };
    },
    layer: (content: string) => layout.blob(content, 'application/vnd.oci.image.layer.v1.tar'),
    /** Writes a cache in image-manifest form and leads to it. `config` is the document, as text or object. */
    cache(config: string | object, layers: readonly MadeDescriptor[], ref = 'latest') {
      const text = typeof config === 'string' ? config : JSON.stringify(config);
      const configBlob = layout.blob(text, 'application/vnd.buildkit.cacheconfig.v0');
      return layout.manifest({ config: configBlob, layers }, ref);
    },
    manifest(document: object, ref = 'latest', mediaType = 'application/vnd.oci.image.manifest.v1+json') {
      const manifest = layout.blob(JSON.stringify({ schemaVersion: 2, mediaType, ...document }), mediaType);
      entries.push({ ...manifest, annotations: { 'org.opencontainers.image.ref.name': ref } });
      layout.index({ schemaVersion: 2, manifests: entries });
      return manifest;
    },
    index: (document: string | object) =>
      writeFileSync(join(root, INDEX_FILE), typeof document === 'string' ? document : JSON.stringify(document)),
  };
  const entries: MadeDescriptor[] = [];
  return layout;
}

/** A copy of a folder that a test may damage. */
export function copyOf(folder: string, to: string): string {
  cpSync(folder, to, { recursive: true });
  execFileSync('chmod', ['-R', 'u+w', to]);
  return to;
}

/** A tar of what lies in a folder, as `tar` itself writes it. */
export function tarOf(folder: string, file: string, ...options: string[]): string {
  execFileSync('tar', ['-C', folder, ...options, '-cf', file, '.']);
  return file;
}
