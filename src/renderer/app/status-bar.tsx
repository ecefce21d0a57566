import { Lock, RotateCcw, Terminal, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { commandLine } from '../../shared/base/shell-word.ts';
import type { Source } from '../../shared/model/source.ts';
import { Button } from '../base/button.tsx';
import { CopyButton } from '../base/copy-button.tsx';
import { Icon } from '../base/icon.tsx';
import { ProgressRing } from '../base/progress.tsx';
import { useConnection, useConnectionState } from '../client/engine-context.tsx';
import { useLayerInfo } from '../client/hooks.ts';
import { useShellState } from './shell-state.ts';
import styles from './status-bar.module.css';

/** The command line of the view, and the state of the source and of the connection. */
export function StatusBar({ source }: { readonly source: Source | undefined }) {
  const words = useShellState((state) => state.commandLine);
  const line = words === undefined ? undefined : commandLine(words);
  return (
    <footer className={styles.bar}>
      {line !== undefined && (
        <span className={styles.line}>
          <Icon of={Terminal} size={12} />
          <code className={styles.code} data-tip={line}>
            {line}
          </code>
          <CopyButton text={line} label="Copy the command line" className={styles.copy ?? ''} />
        </span>
      )}
      <span className="spring" />
      <ConnectionNote />
      <LayerInfoNote />
      {source && (
        <span className={styles.note} data-writable={source.can.prune === 'here' || source.can.collect || undefined}>
          <Icon of={Lock} size={12} />
          {source.can.prune === 'here' || source.can.collect ? 'Can be pruned' : 'Read-only'}
        </span>
      )}
      <span className={styles.units}>UTC</span>
      <span className={styles.units}>IEC sizes</span>
    </footer>
  );
}

function ConnectionNote() {
  const state = useConnectionState();
  const { retryNow } = useConnection();
  const left = useSecondsUntil(state.phase === 'lost' ? state.retryAt : undefined);
  if (state.phase === 'open' || (state.phase === 'connecting' && state.attempt === 1)) return null;
  return (
    <span className={styles.lost} role="status">
      {state.phase === 'connecting' ? (
        <ProgressRing share={undefined} size={12} />
      ) : (
        <Icon of={TriangleAlert} size={12} />
      )}
      <span>
        {state.phase === 'connecting'
          ? 'Connecting to the engine'
          : `The engine does not answer. Next try in ${left} s`}
      </span>
      {state.phase === 'lost' && (
        <Button variant="ghost" icon={RotateCcw} className={styles.retry} onPress={retryNow}>
          Try now
        </Button>
      )}
    </span>
  );
}

/** Quiet, for work goes on: this machine answers alone, and the server is tried again by itself. */
function LayerInfoNote() {
  const status = useLayerInfo();
  const phase = useConnectionState().phase;
  if (status?.state !== 'degraded' || phase !== 'open') return null;
  return (
    <Link
      href="/settings"
      className={styles.degraded}
      data-tip={`${status.reason ?? 'The Redis server does not answer.'} This machine answers alone.`}
    >
      <Icon of={TriangleAlert} size={12} />
      Redis is down
    </Link>
  );
}

function useSecondsUntil(atMs: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (atMs === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [atMs]);
  return atMs === undefined ? 0 : Math.max(0, Math.ceil((atMs - now) / 1000));
}
