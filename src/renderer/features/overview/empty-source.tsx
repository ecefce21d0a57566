import { PackageOpen } from 'lucide-react';
import type { Source } from '../../../shared/model/source.ts';
import { EmptyState } from '../../base/empty-state.tsx';
import { EmptyStore, isEmptyStore } from '../../widgets/empty-store.tsx';

/** A source without records: why, and what to do next. */
export function EmptySource({ source }: { readonly source: Source }) {
  if (isEmptyStore(source)) return <EmptyStore store={source} />;
  return (
    <EmptyState icon={PackageOpen} title="This cache holds no records">
      Its manifest is valid and names a config without records. A build that exports nothing writes one like it.
    </EmptyState>
  );
}
