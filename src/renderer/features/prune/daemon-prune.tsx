import { DatabaseZap, Scissors } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { CopyButton } from '../../base/copy-button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import type { SourceViewProps } from '../../base/feature.ts';
import styles from './daemon-prune.module.css';

/** By itself without options: what nothing uses, and no more. */
const COMMAND = 'buildctl prune';

/** A daemon prunes its records by rules of its own, so no plan is offered: where to prune instead. */
export function DaemonPrune({ source }: SourceViewProps) {
  const { transfer } = source.can;
  return (
    <EmptyState
      icon={Scissors}
      title="A daemon prunes its own records"
      action={
        transfer && (
          <Button icon={DatabaseZap} onPress={() => navigate(sourceHref(source.id, 'transfer', { kind: 'store' }))}>
            Import into a store
          </Button>
        )
      }
    >
      <p>
        What BuildKit would take of them cannot be planned here yet. Prune with its own command
        {transfer ? ', or import the cache into a store, where a prune is planned first and can be undone.' : '.'}
      </p>
      <div className={styles.command}>
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} label={`Copy ${COMMAND}`} />
      </div>
    </EmptyState>
  );
}
