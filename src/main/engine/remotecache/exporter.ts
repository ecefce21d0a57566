import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { RemoteProvider } from '../model/remote.ts';
import type { BlobContent, Document } from '../ports/cache-target.ts';
import type { CacheExporterTarget } from '../solver/types.ts';
import { CacheChains } from './cache-chains.ts';
import { type CacheDocuments, cacheDocuments } from './cache-documents.ts';
import { descriptorJson, type WireForm } from './manifest.ts';

/** Key of what `finalize` answers: the descriptor of the manifest as JSON text. Must agree with BuildKit's. */
export const exporterResponseManifestDesc = 'cache.manifest';

/** What an export writes to. Everything is durable when a call resolves. */
export interface Ingester {
  /** Takes layers; those it has already are not written again. @throws naming the digest of one that cannot be had */
  writeLayers(layers: readonly Descriptor[], content: LayerContent, options: IngestOptions): Promise<void>;
  writeConfig(config: Document, descriptor: Descriptor, signal?: AbortSignal): Promise<void>;
  writeManifest(manifest: Document, descriptor: Descriptor, signal?: AbortSignal): Promise<void>;
}

/** Options of taking layers. */
export interface IngestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes: (bytes: number, blob: Descriptor) => void;
  readonly onArrived: (blob: Descriptor) => void;
}

/** Layers of an export: whether each can be had, and its bytes. */
export type LayerContent = BlobContent & RemoteProvider;

/** How far one blob is. `id` is upstream's: `writing layer sha256:…`, `writing config …`, `writing manifest …`. */
export interface ExportStatus {
  readonly id: string;
  readonly what: 'layer' | 'config' | 'manifest';
  readonly blob: Descriptor;
  /** Bytes done, of `blob.size`. */
  readonly done: number;
  readonly isComplete: boolean;
}

/** Options of `finalize`. */
export interface FinalizeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((status: ExportStatus) => void) | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** The last step of an export. */
export interface Finalizer {
  /**
   * Writes each layer, then the config, then the manifest: nothing that refers to a blob before the blob is durable. A
   * cache without layers writes nothing, answers `{}` and warns: an importer has no use for it.
   * @returns `{"cache.manifest": …}`
   * @throws `NOT_FOUND` with the digest of a blob that is nowhere, `CANCELLED`, and what the ingester throws
   */
  finalize(options?: FinalizeOptions): Promise<Record<string, string>>;
}

/** Collects an export and writes it. The name is upstream's. */
export interface Exporter extends CacheExporterTarget, Finalizer {}

/** Form of the manifest, and where the bytes of layers are. */
export interface ExporterOptions {
  readonly form: WireForm;
  readonly content: LayerContent;
}

/** An exporter of records that come one by one, as a solver gives them: upstream's `NewExporter`. */
export function createExporter(ingester: Ingester, { form, content }: ExporterOptions): Exporter {
  const chains = new CacheChains();
  return {
    add: (digest) => chains.add(digest),
    visit: (target) => chains.visit(target),
    visited: (target) => chains.visited(target),
    async finalize(options = {}) {
      const { config, descriptors } = chains.marshal();
      const layers = new Set(Array.from(config.layerBlob, (text) => config.texts[text] ?? ''));
      const blobs = [...layers].flatMap((digest) => descriptors.get(digest) ?? []);
      const documents = await cacheDocuments(config, form, blobs, options.signal);
      return createCacheExporter(ingester, { blobs, documents, content }).finalize(options);
    },
  };
}

/** A cache that is worked out already: its layers, each blob once, and its documents. */
export interface WholeCache {
  readonly blobs: readonly Descriptor[];
  readonly documents: CacheDocuments;
  readonly content: LayerContent;
}

/** The same for a cache that is worked out already, from columns. */
export function createCacheExporter(ingester: Ingester, { blobs, documents, content }: WholeCache): Finalizer {
  return {
    async finalize({ signal, onProgress, onWarning } = {}) {
      if (blobs.length === 0) {
        onWarning?.('The cache has no layers: nothing was written.');
        return {};
      }
      const missing = blobs.find(({ digest }) => !content.has(digest));
      if (missing) throw new CacheError('NOT_FOUND', 'A layer of this cache is nowhere.', { subject: missing.digest });

      const report = (what: ExportStatus['what'], blob: Descriptor, done: number, isComplete: boolean): void =>
        onProgress?.({ id: `writing ${what} ${blob.digest}`, what, blob, done, isComplete });
      const sent = new Map<string, number>();
      await ingester.writeLayers(blobs, content, {
        signal,
        onBytes: (bytes, blob) => {
          const done = Math.min((sent.get(blob.digest) ?? 0) + bytes, blob.size);
          sent.set(blob.digest, done);
          report('layer', blob, done, false);
        },
        onArrived: (blob) => report('layer', blob, blob.size, true),
      });
      const { config, manifest, configDocument, manifestDocument } = documents;
      throwIfAborted(signal);
      report('config', config, 0, false);
      await ingester.writeConfig(configDocument, config, signal);
      report('config', config, config.size, true);
      throwIfAborted(signal);
      report('manifest', manifest, 0, false);
      await ingester.writeManifest(manifestDocument, manifest, signal);
      report('manifest', manifest, manifest.size, true);
      return { [exporterResponseManifestDesc]: descriptorJson(manifest) };
    },
  };
}
