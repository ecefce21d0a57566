import { Clock, Cloud, Database, FolderOpen, Package } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Icon } from '../../base/icon.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { useShell } from '../../base/shell-context.ts';
import { showDialog, usePreferences } from '../../base/window-state.ts';
import { desktopBridge } from '../../client/bridge.ts';
import { useRead } from '../../client/hooks.ts';
import { FolderBrowser } from '../../widgets/folder-browser.tsx';
import styles from './open-dialog.module.css';
import { PathForm } from './path-form.tsx';
import { useOpenSource } from './use-open-source.ts';

/** A path or reference, recent ones, the sample, and the folders of the machine the engine runs on. */
export function OpenDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Dialog title="Open a build cache" isOpen={isOpen} onClose={onClose} width="wide">
      <OpenForm onDone={onClose} />
    </Dialog>
  );
}

function OpenForm({ onDone }: { readonly onDone: () => void }) {
  const [path, setPath] = useState('');
  const recent = usePreferences((preferences) => preferences.recent);
  const info = useRead('app.info', {}, { versioned: false });
  const [isOpening, setOpening] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const { fail } = useShell();
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const bridge = desktopBridge();
  // What was typed stays until it has opened: a slip in a long reference is mended, not typed again.
  const openSource = useOpenSource((title, error) => {
    if (isShown.current) setFailure(error);
    else fail(title, error);
  });
  const open = async (location: string): Promise<void> => {
    setFailure(undefined);
    setOpening(true);
    if (await openSource(location)) onDone();
    else setOpening(false);
  };
  const choose = async (chosen: Promise<string | undefined> | undefined): Promise<void> => {
    const location = await chosen;
    if (location !== undefined) await open(location);
  };
  return (
    <div className={styles.form}>
      <div className={styles.path}>
        <PathForm value={path} onChange={setPath} onOpen={open} autoFocus />
        <Button
          variant="primary"
          icon={FolderOpen}
          isDisabled={path.trim() === '' || isOpening}
          onPress={() => open(path.trim())}
        >
          {isOpening ? 'Opening' : 'Open'}
        </Button>
      </div>
      {failure !== undefined && <ErrorState error={failure} isCompact title="It was not opened" />}
      <p className={styles.hint}>
        A cache folder, an OCI layout, a tar of one, a managed store, or the state folder of a BuildKit daemon
        {bridge
          ? '. '
          : ', on the machine where Cachewright runs: a browser does not tell paths of dropped files, so paste them here. '}
        A cache in a registry opens as <code>docker://host/repository:tag</code>, in S3 as{' '}
        <code>s3://bucket/prefix?region=…</code>, and <code>endpoint=…</code> for another server than AWS.
      </p>
      <div className={styles.quick}>
        {bridge && (
          <>
            <Button icon={FolderOpen} onPress={() => choose(bridge.chooseFolder())}>
              Choose a folder
            </Button>
            <Button icon={Package} onPress={() => choose(bridge.chooseFile())}>
              Choose a tar
            </Button>
          </>
        )}
        {info.data && (
          <Button icon={Package} onPress={() => open(info.data.sample)}>
            Sample cache
          </Button>
        )}
        <Button icon={Cloud} onPress={() => showDialog('connect-s3')}>
          Connect S3
        </Button>
        <Button icon={Database} onPress={() => showDialog('create-store')}>
          Create a store
        </Button>
      </div>
      {recent.length > 0 && (
        <section aria-label="Recent">
          <h3 className={styles.heading}>Recent</h3>
          <ul>
            {recent.slice(0, 5).map((location) => (
              <li key={location}>
                <button type="button" className={styles.recent} onClick={() => open(location)}>
                  <Icon of={Clock} className={styles.icon} />
                  <bdi className="ellipsis">{location}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Folders">
        <h3 className={styles.heading}>Folders</h3>
        <FolderBrowser onPath={setPath} onOpen={open} />
      </section>
    </div>
  );
}
