import { ArrowLeftRight, Database, FolderOpen } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../shared/model/source.ts';
import { sourceHref } from '../base/address.ts';
import { Button } from '../base/button.tsx';
import { EmptyState } from '../base/empty-state.tsx';
import { showDialog } from '../base/window-state.ts';
import { useSources } from '../client/hooks.ts';

/** Offered at once; more are a matter of the sources pane. */
const OFFERED = 3;

/** A managed store without records: what is open can be imported into it, or a cache is opened first. */
export function EmptyStore({ store }: { readonly store: Source }) {
  const caches = (useSources() ?? []).filter(
    (one) => one.id !== store.id && one.state === 'ready' && one.can.transfer && (one.totals?.records ?? 0) > 0,
  );
  return (
    <EmptyState
      icon={Database}
      title="This store is empty"
      action={
        <>
          {caches.slice(0, OFFERED).map((cache) => (
            <Button
              key={cache.id}
              icon={ArrowLeftRight}
              onPress={() => navigate(sourceHref(cache.id, 'transfer', { kind: 'store', to: store.location }))}
            >
              Import {cache.name}
            </Button>
          ))}
          <Button
            icon={FolderOpen}
            variant={caches.length === 0 ? 'primary' : 'default'}
            onPress={() => showDialog('open')}
          >
            Open a cache
          </Button>
        </>
      }
    >
      Import a cache into it to prune it, keep it or merge it with others
      {caches.length === 0 ? ': open one, and send it here from its Transfer view.' : '.'}
    </EmptyState>
  );
}

/** True for a managed store that nothing was imported into, or from which everything is gone. */
export function isEmptyStore({ can, totals }: Source): boolean {
  return can.receive && totals?.records === 0;
}
