import type { BlobReader } from './cache-source.ts';

/** A file that lasts no longer than the work it is for: disposing deletes it. */
export interface StagedFile extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  /** Appends. @throws `NO_SPACE` */
  write(chunk: Uint8Array): Promise<void>;
  /** For reading what was written so far. */
  open(): Promise<BlobReader>;
}

/** Room for bytes whose digest is only known when the last of them is made. */
export interface Staging {
  create(): Promise<StagedFile>;
}
