/** Folders of this machine, for the open dialog. */
export interface FolderLister {
  /**
   * The folders and tar files in a folder, names sorted; absent path: the home folder. Hidden ones are left out.
   * `path` of the answer is absolute; `parent` is absent at the root.
   * @throws `NOT_FOUND`, `ACCESS_DENIED`
   */
  list(path: string | undefined): Promise<{
    readonly path: string;
    readonly parent: string | undefined;
    readonly entries: readonly { readonly name: string; readonly path: string; readonly isFolder: boolean }[];
  }>;
}
