/** Bytes in a folder as `du -b` counts them: sizes of files and of the folders themselves, a file with two names once. */
export interface FolderUse {
  readonly totalBytes: number;
  /** Of the blobs. */
  readonly blobBytes: number;
  /** Batches in the trash, with their notes. 0 where there is none. */
  readonly trashBytes: number;
  /** Damaged blobs in quarantine, with their notes. */
  readonly setAsideBytes: number;
}

/** The disk that a folder lies on. */
export interface DiskSpace {
  readonly totalBytes: number;
  /** What this user may still write. */
  readonly freeBytes: number;
}

/** Measures folders of this machine, and the disks they lie on. Nothing is kept: each answer is of now. */
export interface DiskUse {
  /**
   * A layout or a managed store; `undefined` for anything else.
   * @param known that its blob folders hold whole blobs of so many bytes and nothing else: they are not listed then
   * @throws `ACCESS_DENIED`
   */
  use(location: string, known?: { readonly blobBytes: number }): Promise<FolderUse | undefined>;
  /** `undefined` for what does not lie on a disk of this machine. */
  space(location: string): Promise<DiskSpace | undefined>;
}
