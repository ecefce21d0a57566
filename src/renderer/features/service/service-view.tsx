import { Plus, Server } from 'lucide-react';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { Button } from '../../base/button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useSyncs } from '../../client/hooks.ts';
import { LocalServiceCard } from './local-service-card.tsx';
import styles from './service.module.css';
import { StartSyncDialog } from './start-sync-dialog.tsx';
import { SyncDetails } from './sync-details.tsx';
import { SyncErrors } from './sync-errors.tsx';
import { headline, totalOf } from './sync-numbers.ts';
import { SyncTable } from './sync-table.tsx';
import { SyncTotals } from './sync-totals.tsx';

/** Sources that are kept in step with a team's cache service, how that goes, and what is in the way. */
export function ServiceView() {
  const syncs = useSyncs();
  const wanted = new URLSearchParams(useSearch()).get('of') ?? undefined;
  const [isAdding, setAdding] = useState(wanted !== undefined);
  const [chosen, setChosen] = useState<string>();
  const [service, setService] = useState<string>();
  const add = (url?: string): void => {
    setService(url);
    setAdding(true);
  };
  const card = <LocalServiceCard onSync={add} />;
  const dialog = (
    <StartSyncDialog isOpen={isAdding} wanted={wanted} service={service} onClose={() => setAdding(false)} />
  );
  if (syncs === undefined) {
    return (
      <div className={styles.view}>
        {card}
        <SkeletonRows label="Loading the syncs" rows={6} height={32} />
      </div>
    );
  }
  const button = (
    <Button icon={Plus} variant={syncs.length === 0 ? 'primary' : 'default'} onPress={() => add()}>
      Sync a source
    </Button>
  );
  if (syncs.length === 0) {
    return (
      <div className={styles.view}>
        {card}
        <EmptyState icon={Server} title="Nothing is kept in step with a service" action={button}>
          A cache service collects what many machines have built, asks each for the layers that nobody pushed yet, and
          hands all of them to everybody. Sync a store, a cache folder, or the state folder of a daemon with the one of
          your team.
        </EmptyState>
        {dialog}
      </div>
    );
  }
  const selected = syncs.find(({ id }) => id === chosen) ?? syncs[0];
  return (
    <div className={styles.view}>
      {card}
      <header className={styles.head}>
        <h2 className={styles.title}>{headline(syncs)}</h2>
        <span className="spring" />
        {button}
      </header>
      <SyncTotals total={totalOf(syncs)} syncs={syncs} />
      <SyncTable syncs={syncs} selectedId={selected?.id} onSelect={setChosen} />
      <SyncErrors syncs={syncs} />
      {selected && <SyncDetails key={selected.id} sync={selected} />}
      {dialog}
    </div>
  );
}
