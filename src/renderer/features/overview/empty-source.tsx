import { ArrowLeftRight, Database, PackageOpen } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';

/** A source without records: why, and what to do next. */
export function EmptySource({ source }: { readonly source: Source }) {
  if (source.writable) {
    return (
      <EmptyState
        icon={Database}
        title="This store is empty"
        action={
          <Button variant="primary" icon={ArrowLeftRight} onPress={() => navigate(sourceHref(source.id, 'transfer'))}>
            Import a cache
          </Button>
        }
      >
        Import a cache into it to prune it, keep it or merge it with others.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={PackageOpen} title="This cache holds no records">
      Its manifest is valid and names a config without records. A build that exports nothing writes one like it.
    </EmptyState>
  );
}
