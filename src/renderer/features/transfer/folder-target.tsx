import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { FolderBrowser } from '../../widgets/folder-browser.tsx';
import styles from './transfer.module.css';

/** A folder of the machine that the engine runs on: typed, or found in the browser. */
export function FolderTarget({
  label,
  path,
  onPath,
  isDisabled,
}: {
  readonly label: string;
  readonly path: string;
  readonly onPath: (path: string) => void;
  readonly isDisabled: boolean;
}) {
  const [isBrowsing, setBrowsing] = useState(false);
  return (
    <div className={styles.pathRow}>
      <TextField
        label={label}
        isLabelHidden
        isMono
        value={path}
        onChange={onPath}
        placeholder="/path/to/folder"
        isDisabled={isDisabled}
        className={styles.pathField ?? ''}
      />
      <Button icon={FolderOpen} isDisabled={isDisabled} onPress={() => setBrowsing(true)}>
        Browse
      </Button>
      <Dialog
        title="Choose a folder"
        isOpen={isBrowsing}
        onClose={() => setBrowsing(false)}
        width="wide"
        actions={
          <Button variant="primary" onPress={() => setBrowsing(false)}>
            Use this folder
          </Button>
        }
      >
        <p className={styles.browsed}>
          <bdi dir="ltr" className="mono11">
            {path}
          </bdi>
        </p>
        <FolderBrowser
          onPath={onPath}
          onOpen={(chosen) => {
            onPath(chosen);
            setBrowsing(false);
          }}
        />
      </Dialog>
    </div>
  );
}
