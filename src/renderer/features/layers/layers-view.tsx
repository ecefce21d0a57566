import { FileX, Layers } from 'lucide-react';
import { useMemo, useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { LayerRow } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { setParams, useParam } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import type { SourceViewProps } from '../../base/feature.ts';
import { countOf } from '../../base/quantity.tsx';
import { useCommandLine } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead } from '../../client/hooks.ts';
import { EmptyStore, isEmptyStore } from '../../widgets/empty-store.tsx';
import { NOTHING_SELECTED } from '../../widgets/grid/selection.ts';
import { Footer, SelectionSums, Sum, SumText } from '../../widgets/table-view/footer.tsx';
import { readSort, writeSort } from '../../widgets/table-view/sort-text.ts';
import { TableView } from '../../widgets/table-view/table-view.tsx';
import { layerColumns } from './layer-columns.tsx';
import { useSelectedBytes } from './selected-bytes.ts';

const LARGEST_FIRST = { field: 'size', descending: true } as const;
const MISSING = 'present:no';
const DAMAGED = 'damaged:yes';

/** Every layer blob of a source. */
export function LayersView({ source }: SourceViewProps) {
  const engine = useEngine();
  const [filter = ''] = useParam('filter');
  const [sortText] = useParam('sort');
  const [ref] = useParam('ref');
  const sort = readSort(sortText, LARGEST_FIRST);
  const [selection, setSelection] = useState(NOTHING_SELECTED);

  const query = { sourceId: source.id, filter, ...(ref === undefined ? {} : { ref }) };
  const top = useRead('layers.page', { ...query, sort: LARGEST_FIRST, limit: 1 }, { keepPrevious: true }).data;
  const columns = useMemo(() => layerColumns(top?.rows[0]?.size ?? 0), [top]);
  const selectedBytes = useSelectedBytes(source, selection);
  const totals = totalsOf(source, ref);
  const damaged = useRead('layers.page', { ...query, filter: DAMAGED, limit: 1 }).data?.total ?? 0;
  const missing = totals?.missingBlobs ?? 0;
  useCommandLine([
    'layers',
    source.location,
    ...(ref === undefined ? [] : ['--ref', ref]),
    ...(filter === '' ? [] : ['--filter', filter]),
    '--sort',
    writeSort(sort),
    '--json',
  ]);

  return (
    <TableView<LayerRow>
      label="Layers"
      subject="layers"
      columns={columns}
      filter={filter}
      sort={sort}
      listKey={['layers.page', { ...query, sort }, source.version]}
      fetchPage={(offset, limit, signal) => engine.layers.page({ ...query, sort, offset, limit }, { signal })}
      all={totals?.blobs}
      rowId={(row) => row.digest}
      rowDigest={(row) => row.digest}
      inspected="layer"
      selection={selection}
      onSelect={setSelection}
      toolbar={
        <>
          <OnlyButton filter={filter} only={MISSING} count={missing} word="missing" />
          <OnlyButton filter={filter} only={DAMAGED} count={damaged} word="damaged" />
        </>
      }
      empty={
        isEmptyStore(source) ? (
          <EmptyStore store={source} />
        ) : !source.can.verify ? (
          <EmptyState icon={Layers} title="A listing names no layers">
            It tells of records and what they take on the daemon’s disk. Open the daemon’s state folder to see their
            layers.
          </EmptyState>
        ) : (
          <EmptyState icon={Layers} title="This cache has no layers">
            None of its records has a result. An export with mode=min of a build that changed nothing looks like this.
          </EmptyState>
        )
      }
      footer={
        <Footer>
          <SumText label={filter === '' ? 'All' : 'Filter'}>
            {top === undefined ? '…' : countOf(top.total, 'layer')}
          </SumText>
          {filter === '' ? (
            <>
              <Sum label="deduplicated" bytes={totals?.deduplicatedBytes} />
              <Sum label="total, each alone" bytes={totals?.totalBytes} />
            </>
          ) : (
            <>
              <Sum label="size" bytes={top?.totalBytes} />
              <Sum label="of" bytes={totals?.deduplicatedBytes} />
            </>
          )}
          <span className="spring" />
          {selection.ids.size > 0 && (
            <SelectionSums count={selection.ids.size}>
              <Sum label="size" bytes={selectedBytes} />
            </SelectionSums>
          )}
        </Footer>
      }
    />
  );
}

/** Shows only blobs that cannot be used, and all again. Nothing where there are none. */
function OnlyButton({
  filter,
  only,
  count,
  word,
}: {
  readonly filter: string;
  readonly only: string;
  readonly count: number;
  readonly word: string;
}) {
  if (count === 0 && filter !== only) return null;
  return (
    <Button
      icon={FileX}
      tip="A build that hits a result with one of them fails."
      onPress={() => setParams({ filter: filter === only ? undefined : only })}
    >
      {filter === only ? 'Show all' : `${formatCount(count)} ${word}`}
    </Button>
  );
}

function totalsOf(source: Source, ref: string | undefined): Source['totals'] {
  return ref === undefined ? source.totals : source.caches.find((cache) => cache.ref === ref)?.totals;
}
