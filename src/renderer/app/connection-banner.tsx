import { RotateCcw, Unplug } from 'lucide-react';
import { Button } from '../base/button.tsx';
import { Icon } from '../base/icon.tsx';
import { desktopBridge } from '../client/bridge.ts';
import { useConnection, useConnectionState } from '../client/engine-context.tsx';
import styles from './banner.module.css';

/** After this many tries the engine is not just starting: somebody has to do something. */
const TRIES = 4;

/** Says what to do when the engine has been gone for a while. What is on the screen stays and can be read. */
export function ConnectionBanner() {
  const state = useConnectionState();
  const { retryNow } = useConnection();
  if (state.phase === 'open' || state.attempt < TRIES) return null;
  return (
    <div className={styles.banner} data-tone="miss" role="alert">
      <Icon of={Unplug} size={16} className={styles.icon} />
      <p className={styles.text}>
        <b className="semi">The engine does not answer.</b> What you see is as it was.{' '}
        {desktopBridge()
          ? 'If it does not come back, close the window and open it again.'
          : 'If it was stopped, run it again and open the address that it prints.'}
      </p>
      <Button icon={RotateCcw} onPress={retryNow}>
        Try now
      </Button>
    </div>
  );
}
