import { useQuery } from '@tanstack/react-query';
import { Check, CircleOff, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import { toCacheError } from '../../../shared/base/errors.ts';
import type { LayerInfoStatus } from '../../../shared/model/settings.ts';
import { Badge } from '../../base/badge.tsx';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { TextField } from '../../base/field.tsx';
import { Skeleton, SkeletonBar } from '../../base/skeleton.tsx';
import { useEngine } from '../../client/engine-context.tsx';
import { readOptions, useLayerInfo } from '../../client/hooks.ts';
import styles from './settings-view.module.css';

/** The Redis server that shares layer paths and sizes between machines: its address, its state and its hit rate. */
export function LayerInfoSetting() {
  const engine = useEngine();
  // Asking connects, so that the state shown is that of the server and not that nobody needed it yet.
  const asked = useQuery({ ...readOptions(engine, 'settings.layerInfo', undefined, 0), refetchOnMount: 'always' });
  const status = useLayerInfo() ?? asked.data;
  const [url, setUrl] = useState('');
  const [error, setError] = useState<string>();
  if (status === undefined) {
    if (asked.error) return <ErrorState error={asked.error} isCompact />;
    return (
      <Skeleton label="Asking for the shared layer info" className={styles.note}>
        <SkeletonBar width={240} />
      </Skeleton>
    );
  }

  const save = async (next: string) => {
    try {
      await engine.settings.setLayerInfo({ url: next });
      setUrl('');
      setError(undefined);
    } catch (thrown) {
      const { message, hint } = toCacheError(thrown);
      setError(hint === undefined ? message : `${message} ${hint}`);
    }
  };

  return (
    <>
      <div className={styles.row}>
        <span>{status.url ?? 'No Redis server'}</span>
        <State status={status} />
      </div>
      <p className={styles.note} role="status">
        {explain(status)}
      </p>
      {status.setBy === 'environment' ? (
        <p className={styles.note}>CACHEWRIGHT_REDIS_URL is set, and decides. Unset it to choose the server here.</p>
      ) : (
        <div className={styles.address}>
          <TextField
            label="Redis address"
            value={url}
            onChange={setUrl}
            placeholder="redis://HOST:PORT or unix:///PATH/TO/SOCKET"
            error={error}
            isMono
            onSubmit={() => url.trim() !== '' && void save(url)}
          />
          <Button isDisabled={url.trim() === ''} onPress={() => void save(url)}>
            Connect
          </Button>
          <Button variant="ghost" isDisabled={status.url === undefined} onPress={() => void save('')}>
            Use none
          </Button>
        </div>
      )}
      <p className={styles.note}>
        Found in this session: {rate(status.memory)} in memory, {rate(status.redis)} in Redis, {rate(status.local)} on
        this machine.
      </p>
    </>
  );
}

function State({ status: { state } }: { readonly status: LayerInfoStatus }) {
  if (state === 'up')
    return (
      <Badge tone="hit" icon={Check}>
        up
      </Badge>
    );
  if (state === 'degraded')
    return (
      <Badge tone="corrupt" icon={TriangleAlert}>
        degraded
      </Badge>
    );
  if (state === 'off') return <Badge icon={CircleOff}>off</Badge>;
  return <Badge icon={LoaderCircle}>connecting</Badge>;
}

function explain({ state, reason, since }: LayerInfoStatus): string {
  if (state === 'degraded') {
    const at = new Date(since).toISOString().slice(11, 19);
    return `${reason ?? 'The Redis server does not answer.'} Since ${at} UTC this machine answers alone.`;
  }
  if (state === 'off') return 'Where a layer lies and how big it is is remembered on this machine only.';
  return 'Where a layer lies and how big it is is shared with everybody who uses this server.';
}

function rate({ hits, misses }: LayerInfoStatus['redis']): string {
  return `${formatCount(hits)} of ${formatCount(hits + misses)}`;
}
