import { Check, CircleX, LoaderCircle, Power, RefreshCw, Square } from 'lucide-react';
import { useRef } from 'react';
import type { LocalService, Published } from '../../../shared/model/local-service.ts';
import { Badge } from '../../base/badge.tsx';
import { Button } from '../../base/button.tsx';
import { CopyButton } from '../../base/copy-button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Icon } from '../../base/icon.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { Time } from '../../base/time.tsx';
import { useLocalService } from '../../client/hooks.ts';
import styles from './service.module.css';
import { StartLocalServiceForm } from './start-local-service-form.tsx';
import { useLocalServiceActions } from './use-local-service-actions.ts';

/** The service that runs on this machine, for a first try: its state, where it answers, starting and stopping it. */
export function LocalServiceCard({ onSync }: { readonly onSync: (url: string) => void }) {
  const service = useLocalService();
  const { start, stop, error } = useLocalServiceActions();
  const card = useRef<HTMLElement>(null);
  /** The button that was pressed goes; the keyboard goes on from here. */
  const act = async (doing: Promise<void>): Promise<void> => {
    await doing;
    card.current?.focus();
  };
  if (service === undefined) {
    return (
      <section className={styles.block} aria-label="Service on this machine">
        <h3 className={styles.heading}>Service on this machine</h3>
        <SkeletonRows label="Loading the service of this machine" rows={1} height={28} />
      </section>
    );
  }
  const { state, url } = service;
  const problem = service.error ?? (state === 'stopped' ? error : undefined);
  return (
    <section ref={card} tabIndex={-1} className={styles.block} aria-label="Service on this machine">
      <h3 className={styles.heading}>
        Service on this machine <State state={state} />
      </h3>
      {url === undefined ? (
        <StartLocalServiceForm isBusy={state === 'starting'} onStart={(wish) => void act(start(wish))} />
      ) : (
        <Running service={service} url={url} onSync={onSync} onStop={() => void act(stop())} />
      )}
      {problem !== undefined && (
        <ErrorState
          error={problem}
          isCompact
          title={state === 'failed' ? 'The service does not run' : 'The service was not started'}
        />
      )}
    </section>
  );
}

function State({ state }: { readonly state: LocalService['state'] }) {
  if (state === 'running') {
    return (
      <Badge tone="hit" icon={Check}>
        running
      </Badge>
    );
  }
  if (state === 'failed') {
    return (
      <Badge tone="miss" icon={CircleX}>
        failed
      </Badge>
    );
  }
  return <Badge icon={state === 'stopped' ? Power : LoaderCircle}>{state}</Badge>;
}

function Running({
  service,
  url,
  onSync,
  onStop,
}: {
  readonly service: LocalService;
  readonly url: string;
  readonly onSync: (url: string) => void;
  readonly onStop: () => void;
}) {
  return (
    <>
      <div className={styles.running}>
        <bdi className="mono11 selectable">{url}</bdi>
        <CopyButton text={url} label="Copy the address" />
        <span className={styles.runningNote}>
          since <Time at={service.startedAt} />, layers in <bdi className="mono11">{service.location}</bdi>
        </span>
        <span className="spring" />
        <Button icon={RefreshCw} variant="primary" onPress={() => onSync(url)}>
          Keep in step with it
        </Button>
        <Button icon={Square} isDisabled={service.state === 'stopping'} onPress={onStop}>
          {service.state === 'stopping' ? 'Finishing' : 'Stop service'}
        </Button>
      </div>
      {service.published.length > 0 && (
        <ul aria-label="Published">
          {service.published.map((place) => (
            <Place key={place.location} place={place} />
          ))}
        </ul>
      )}
    </>
  );
}

function Place({ place: { location, at, error } }: { readonly place: Published }) {
  return (
    <li className={styles.error}>
      <span className={error ? styles.bad : styles.good}>
        <Icon of={error ? CircleX : Check} size={14} />
      </span>
      <div className={styles.errorText}>
        <p>
          {error ? 'Not published to ' : 'Published to '}
          <bdi className="mono11">{location}</bdi>
        </p>
        {error && <p className="t3">{error.message}</p>}
      </div>
      <span className="t3 nowrap">
        <Time at={at} />
      </span>
      <CopyButton text={location} label="Copy the place" />
    </li>
  );
}
