import { FileQuestionMark } from 'lucide-react';
import { EmptyState } from '../../base/empty-state.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { LayerFiles } from '../../widgets/layer-files/layer-files.tsx';
import { WithRecord } from './with-record.tsx';

/** What the step wrote: the files of the top layer of its newest result. */
export function RecordFilesPanel({ source, value }: InspectorPanelProps) {
  if (!source) return null;
  return (
    <WithRecord sourceId={source.id} id={value}>
      {(record) => {
        const top = newestTop(record.results);
        return top === undefined ? (
          <EmptyState icon={FileQuestionMark} title="No files">
            This record has no result, so no layer was written for it.
          </EmptyState>
        ) : (
          <LayerFiles key={top} source={source} digest={top} />
        );
      }}
    </WithRecord>
  );
}

/** Results come newest last in some caches and first in others: the time decides. */
function newestTop(
  results: readonly { readonly createdAt: string; readonly layers: readonly { readonly digest: string }[] }[],
): string | undefined {
  const newest = results.reduce<(typeof results)[number] | undefined>(
    (best, result) => (best === undefined || result.createdAt > best.createdAt ? result : best),
    undefined,
  );
  return newest?.layers.at(-1)?.digest;
}
