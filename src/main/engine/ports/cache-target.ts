import type { CacheError } from '../../../shared/base/errors.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import type { CacheSource } from './cache-source.ts';
import type { Lease, LockOptions } from './managed-store.ts';

/** Where the bytes of blobs come from. */
export type BlobContent = Pick<CacheSource, 'openBlob' | 'locateBlobs'>;

/** How a blob came to be in a target: its bytes were sent, or the target took them from another place of its own. */
export type Arrival = 'copied' | 'mounted' | 'there';

/** Options of bringing blobs. */
export interface BringOptions {
  readonly signal?: AbortSignal | undefined;
  /** How many more are done; fewer when an upload that broke begins anew. */
  readonly onBytes: (bytes: number, blob: Descriptor) => void;
  /** The blob is there and durable. */
  readonly onArrived: (blob: Descriptor, arrival: Arrival) => void;
}

/** A document that can be made again, piece by piece, as often as it is asked for. */
export interface Document {
  readonly mediaType: string;
  pieces(): Iterable<Uint8Array>;
}

/** A reference that is to lead to a manifest, and everything that the manifest needs. */
export interface NewReference {
  readonly ref: string;
  readonly manifest: Descriptor;
  /** Layers and config. */
  readonly needs: readonly Descriptor[];
  /** Whether a cache that stands under the name may go, where a target keeps what it has. */
  readonly mayReplace: boolean;
  /**
   * Digests of the manifests whose caches are in this one. Where the reference leads to another one when it is switched,
   * somebody was faster: `CONFLICT`, and nothing is switched. Absent: it may lead anywhere.
   */
  readonly joinedFrom?: ReadonlySet<string> | undefined;
}

/** What a look at a target has found. */
export interface Survey {
  /** Digests of those that lie there as they should. */
  readonly present: Set<string>;
  /** Those of which something lies there that is not as it should be. */
  readonly unfit: readonly Descriptor[];
}

/** Options of what may look at many blobs. */
export interface AsideOptions extends LockOptions {
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
}

/**
 * A place that caches are written to: a layout, a managed store, a repository of a registry, a bucket.
 *
 * Promise to who opens it later: a reference leads to what is whole, at every moment and after a crash at any of them.
 */
export interface CacheTarget {
  /** Canonical: the same place gives the same text. */
  readonly location: string;
  /** The same for the blob info cache. */
  readonly place: Ref;
  /** Whether a cache is replaced only when it was said so. */
  readonly keepsCaches?: boolean | undefined;
  /** The one form that caches are written in there; absent where there is a choice. */
  readonly form?: 's3' | undefined;
  /** The one name that can be written, where the location says it. */
  readonly name?: string | undefined;
  /** Names that the cache of a reference is written under: its own, or all that the location says. */
  namesFor(ref: string): readonly string[];
  /** To be taken before anything is looked for. What others may not prune has nothing to do. */
  lease(digests: Iterable<Digest>): Promise<Lease>;
  survey(
    wanted: readonly Descriptor[],
    signal?: AbortSignal,
    onProgress?: (progress: JobProgress) => void,
  ): Promise<Survey>;
  /** Layers as the manifests that are there describe them; those that cannot be read are left out. */
  describedLayers(refs: readonly string[], signal?: AbortSignal): Promise<readonly Descriptor[]>;
  /**
   * Takes out of the way those of these that lie there damaged; each is read once more before.
   * @returns digests of those that turned out to be whole, and a line for a person where something went
   */
  setAside(
    suspects: readonly Descriptor[],
    options: AsideOptions,
  ): Promise<{ readonly whole: ReadonlySet<string>; readonly note?: string | undefined }>;
  /**
   * Brings blobs, each checked against its digest. A damaged one does not stop the others; what stops them all is the
   * target, or the signal: then what is whole stays, so that running it again goes on.
   * @returns for blobs that the source has, but not as it says: nothing of them was written
   */
  bring(content: BlobContent, blobs: readonly Descriptor[], options: BringOptions): Promise<readonly CacheError[]>;
  /** Durable when it resolves. */
  writeConfig(config: Document, descriptor: Descriptor, signal?: AbortSignal): Promise<void>;
  /** To be called when everything it names is there. No reference leads to it yet. */
  writeManifest(manifest: Document, descriptor: Descriptor, signal?: AbortSignal): Promise<void>;
  /** Whether a reference leads to another manifest now. */
  leadsElsewhere(ref: string, manifest: Descriptor, signal?: AbortSignal): Promise<boolean>;
  /**
   * The last step: looks once more whether everything is there, then switches the references. A layout switches all at
   * once, a registry one after the other.
   * @returns what has vanished meanwhile; then nothing was switched
   * @throws `CONFLICT` where a reference leads to something that it must not replace, or was changed in this moment
   */
  switchReferences(references: readonly NewReference[], options: LockOptions): Promise<readonly Digest[]>;
  /** Deletes those of these blobs that nothing leads to and nobody leases, where the place can. */
  discard(digests: readonly Digest[]): Promise<void>;
  /** Where a source finds the cache that was written under this name. */
  locationOf(ref: string): string;
  /** Lines to paste into a build that uses the cache of this name. */
  commands(ref: string): string[];
}

/** Opens places for writing. Texts are as a person writes them: a path, `store://PATH`, `docker://HOST/REPOSITORY[:TAG]`, `s3://BUCKET/PREFIX`. */
export interface TargetOpener {
  /** What `location` will be, whether anything is there or not. @throws `INVALID_INPUT`, `UNSUPPORTED_FORMAT` */
  locate(to: string): Promise<string>;
  /**
   * A place to export to. A folder is created with `create`; without, `undefined` where nothing is yet.
   * @throws `CONFLICT` for a folder with something else in it
   */
  open(to: string, options: { readonly create: boolean }): Promise<CacheTarget | undefined>;
}
