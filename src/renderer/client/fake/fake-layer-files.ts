import type { LayerFile } from '../../../shared/model/layer.ts';
import { fakeDigest } from './records.ts';

/** What a layer holds: the same for the same digest. */
export function fakeLayerFiles(digest: string): LayerFile[] {
  const folders = ['bin', 'etc', 'work', 'work/vendor', 'out', 'out/assets'];
  return folders.flatMap((folder, at): LayerFile[] => [
    { path: folder, type: 'directory', size: 0, mode: 0o755, uid: 0, gid: 0, mtime: 1_763_627_468 },
    ...Array.from({ length: 4 + at }, (_, n): LayerFile => {
      const path = `${folder}/file-${n}.bin`;
      const size = Number.parseInt(fakeDigest(path + digest).slice(7, 12), 16);
      return {
        path,
        type: n === 3 ? 'whiteout' : 'file',
        size,
        mode: 0o644,
        uid: 1000,
        gid: 1000,
        mtime: 1_763_627_468,
      };
    }),
  ]);
}
