import { FolderOpen, Package } from 'lucide-react';
import { useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { showDialog } from '../../base/window-state.ts';
import { desktopBridge } from '../../client/bridge.ts';
import { useRead, useSources } from '../../client/hooks.ts';
import { PathForm } from './path-form.tsx';
import styles from './start-page.module.css';
import { useOpenSource } from './use-open-source.ts';

/** The start of a window: what is open already, or how to open the first one. */
export function StartPage() {
  const sources = useSources();
  const first = sources?.find((source) => source.state !== 'failed') ?? sources?.[0];
  useEffect(() => {
    if (first) navigate(sourceHref(first.id, 'overview'), { replace: true });
  }, [first]);
  if (sources === undefined) return <SkeletonRows label="Connecting to the engine" rows={12} />;
  return first ? null : <Welcome />;
}

/** The system's own dialog where there is one, ours where there is not. */
async function chooseFolder(open: (path: string) => Promise<unknown>): Promise<void> {
  const bridge = desktopBridge();
  if (!bridge) return showDialog('open');
  const path = await bridge.chooseFolder();
  if (path !== undefined) await open(path);
}

function Welcome() {
  const info = useRead('app.info', {}, { versioned: false });
  const open = useOpenSource();
  const [isOpening, setOpening] = useState(false);
  return (
    <div className={styles.page}>
      <div className={styles.drop}>
        <Icon of={FolderOpen} size={20} stroke={1.5} className={styles.icon} />
        <h2 className={styles.title}>Open a build cache</h2>
        <p className={styles.text}>
          Drop a cache folder, an OCI layout or a tar of one here, or paste its path or its reference in a registry.
        </p>
        <PathForm onOpen={open} />
        <div className={styles.actions}>
          <Button variant="primary" icon={FolderOpen} onPress={() => chooseFolder(open)}>
            Open folder
          </Button>
          <Button
            icon={Package}
            isDisabled={info.data === undefined || isOpening}
            onPress={() => {
              if (!info.data) return;
              setOpening(true);
              open(info.data.sample).finally(() => setOpening(false));
            }}
          >
            Try the sample cache
          </Button>
        </div>
      </div>
      <p className={styles.note}>
        Sources open read-only: nothing is written to them. The sample is the cache of a small real project, so every
        view has something to show.
      </p>
    </div>
  );
}
