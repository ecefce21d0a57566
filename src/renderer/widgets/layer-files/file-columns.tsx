import { Cable, File, FileMinus, FileSymlink, Folder, FolderMinus, Link2, type LucideIcon } from 'lucide-react';
import type { LayerFile } from '../../../shared/model/layer.ts';
import { Icon } from '../../base/icon.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { Time } from '../../base/time.tsx';
import type { GridColumn } from '../grid/grid-column.ts';
import { modeText } from './file-mode.ts';
import styles from './layer-files.module.css';

/** What an entry of a tar is, as an icon and a word. */
const TYPES: Readonly<Record<LayerFile['type'], { readonly icon: LucideIcon; readonly word: string }>> = {
  file: { icon: File, word: 'file' },
  directory: { icon: Folder, word: 'folder' },
  symlink: { icon: FileSymlink, word: 'symbolic link' },
  link: { icon: Link2, word: 'hard link' },
  'character-device': { icon: Cable, word: 'character device' },
  'block-device': { icon: Cable, word: 'block device' },
  fifo: { icon: Cable, word: 'named pipe' },
  whiteout: { icon: FileMinus, word: 'removed: the file of a layer below is hidden' },
  opaque: { icon: FolderMinus, word: 'emptied: everything of the layers below in this folder is hidden' },
};

/** Columns of a layer's file list. */
export const FILE_COLUMNS: readonly GridColumn<LayerFile>[] = [
  {
    id: 'path',
    title: 'Path',
    widthPx: 160,
    minPx: 120,
    flexible: true,
    priority: 0,
    isFixed: true,
    sortField: 'path',
    cell: (file) => <Path file={file} />,
  },
  {
    id: 'mode',
    title: 'Mode',
    widthPx: 78,
    priority: 1,
    cell: (file) => <span className={styles.mode}>{modeText(file.mode)}</span>,
  },
  {
    id: 'owner',
    title: 'Owner',
    widthPx: 76,
    priority: 2,
    cell: (file) => (
      <span className={styles.mode} data-tip={`user ${file.uid}, group ${file.gid}`}>
        {file.uid}:{file.gid}
      </span>
    ),
  },
  {
    id: 'modified',
    title: 'Modified',
    widthPx: 80,
    priority: 3,
    align: 'end',
    cell: (file) => <Time at={file.mtime * 1000} className="t2" isBare />,
  },
  {
    id: 'size',
    title: 'Size',
    widthPx: 66,
    priority: 0,
    align: 'end',
    sortField: 'size',
    largestFirst: true,
    cell: (file) =>
      file.type === 'file' ? (
        <Bytes bytes={file.size} />
      ) : (
        <span className="t3">{file.type === 'link' ? 'link' : '–'}</span>
      ),
  },
];

function Path({ file }: { readonly file: LayerFile }) {
  const { icon, word } = TYPES[file.type];
  const path = file.path.replace(/\/$/, '');
  const cut = path.lastIndexOf('/') + 1;
  const removed = file.type === 'whiteout' || file.type === 'opaque';
  const tip = [path, word, ...(file.target === undefined ? [] : [`to ${file.target}`])].join('\n');
  return (
    <span className={styles.path} data-tip={tip} data-removed={removed || undefined}>
      <Icon of={icon} size={13} className={styles.icon} />
      <span className="visually-hidden">{removed ? 'removed ' : `${word} `}</span>
      {removed && (
        <span className={styles.minus} aria-hidden="true">
          −
        </span>
      )}
      <bdi dir="ltr" className={styles.folder}>
        {path.slice(0, cut)}
      </bdi>
      <bdi dir="ltr" className={styles.name}>
        {path.slice(cut)}
      </bdi>
      {file.target !== undefined && (
        <bdi dir="ltr" className={styles.target}>
          → {file.target}
        </bdi>
      )}
    </span>
  );
}
