import { RotateCcw, Unplug } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { CacheError } from '../../shared/base/errors.ts';
import { Button } from '../base/button.tsx';
import { Icon } from '../base/icon.tsx';
import { desktopBridge } from '../client/bridge.ts';
import type { ConnectionState } from '../client/connection.ts';
import { useConnection, useConnectionState } from '../client/engine-context.tsx';
import styles from './banner.module.css';

/** After this many tries the engine is not just starting: somebody has to do something. */
const TRIES = 4;
/** An engine that takes longer than this to start is worth a word. */
const SLOW_MS = 4_000;

/** Says why there is no engine, and what to do about it. What is on the screen stays and can be read. */
export function ConnectionBanner() {
  const state = useConnectionState();
  const isSlow = useIsSlow(state);
  const { retryNow } = useConnection();
  const words = wordsOf(state, isSlow);
  if (words === undefined) return null;
  return (
    <div className={styles.banner} data-tone="miss" role="alert">
      <Icon of={Unplug} size={16} className={styles.icon} />
      <p className={styles.text}>{words}</p>
      {state.phase === 'lost' && (
        <Button icon={RotateCcw} onPress={retryNow}>
          Try now
        </Button>
      )}
    </div>
  );
}

function wordsOf(state: ConnectionState, isSlow: boolean): ReactNode {
  if (state.phase === 'open') return undefined;
  if (state.reason) return <StartFailure reason={state.reason} />;
  if (state.attempt >= TRIES) {
    return (
      <>
        <b className="semi">The engine does not answer.</b> What you see is as it was.{' '}
        {desktopBridge()
          ? 'If it does not come back, close the window and open it again.'
          : 'If it was stopped, run it again and open the address that it prints.'}
      </>
    );
  }
  return isSlow ? <b className="semi">The engine is still starting.</b> : undefined;
}

function StartFailure({ reason }: { readonly reason: CacheError }) {
  const { code, message, subject, hint } = reason;
  return (
    <>
      <b className="semi">The engine cannot start.</b> {message}{' '}
      {subject !== undefined && <bdi className="mono11">{subject}</bdi>} {hint} <span className="mono11">{code}</span>
    </>
  );
}

/** True once the first connection has been on its way for long. */
function useIsSlow({ phase }: ConnectionState): boolean {
  const [isSlow, setSlow] = useState(false);
  const isConnecting = phase === 'connecting';
  useEffect(() => {
    setSlow(false);
    if (!isConnecting) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isConnecting]);
  return isConnecting && isSlow;
}
