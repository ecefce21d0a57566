import { FolderOpen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { CacheError } from '../../../shared/base/errors.ts';
import { Icon } from '../../base/icon.tsx';
import { useShell } from '../../base/shell-context.ts';
import { showDialog } from '../../base/window-state.ts';
import { desktopBridge } from '../../client/bridge.ts';
import styles from './drop-target.module.css';
import { useOpenSource } from './use-open-source.ts';

/** The whole window takes dropped folders and files. A browser hides their paths: then it says so and asks for the path. */
export function DropTarget() {
  const [isOver, setOver] = useState(false);
  const open = useOpenSource();
  const { fail } = useShell();
  const latest = useRef({ open, fail });
  latest.current = { open, fail };

  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const over = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      openDropped([...(event.dataTransfer?.files ?? [])], latest.current);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);

  if (!isOver) return null;
  return (
    <div className={styles.overlay} aria-hidden="true">
      <div className={styles.zone}>
        <Icon of={FolderOpen} size={20} stroke={1.5} className={styles.icon} />
        <b className="semi">Drop to open</b>
        <span>A cache folder, an OCI layout, a tar of one, or a daemon’s state folder</span>
      </div>
    </div>
  );
}

function openDropped(
  files: readonly File[],
  act: { readonly open: (path: string) => void; readonly fail: (title: string, error: unknown) => void },
): void {
  const bridge = desktopBridge();
  if (!bridge) {
    showDialog('open');
    act.fail(
      'A browser does not tell where dropped files are',
      new CacheError('UNSUPPORTED_FORMAT', 'So it cannot be opened by dropping it.', {
        ...(files[0] ? { subject: files[0].name } : {}),
        hint: 'Paste its path, or choose it among the folders.',
      }),
    );
    return;
  }
  const paths = files.map((file) => bridge.pathOf(file)).filter((path) => path !== '');
  for (const path of paths) act.open(path);
}
