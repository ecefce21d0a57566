import { Layers, Workflow } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import type { RecordRow } from '../../../shared/model/record.ts';
import { splitRecordId } from '../../../shared/model/record-id.ts';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref, useParam } from '../../base/address.ts';
import { useCopy } from '../../base/clipboard.ts';
import { EmptyState } from '../../base/empty-state.tsx';
import type { Command, SourceViewProps } from '../../base/feature.ts';
import { Segmented } from '../../base/segmented.tsx';
import { useCommandLine, useCommands, useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead } from '../../client/hooks.ts';
import { EmptyStore, isEmptyStore } from '../../widgets/empty-store.tsx';
import { NOTHING_SELECTED } from '../../widgets/grid/selection.ts';
import { readSort, writeSort } from '../../widgets/table-view/sort-text.ts';
import { TableView } from '../../widgets/table-view/table-view.tsx';
import { GroupHeading, groupSize } from './group-heading.tsx';
import { keyColumns } from './key-columns.tsx';
import { useKeySelection } from './key-selection.ts';
import { KeysFooter } from './keys-footer.tsx';
import { recordsOf } from './record-json.ts';
import { RefSelect } from './ref-select.tsx';
import { SaveView } from './save-view.tsx';

/** Largest first: the question most people come with. */
const LARGEST_FIRST = { field: 'own', descending: true } as const;

/** Every cache record of a source. */
export function KeysView({ source }: SourceViewProps) {
  const engine = useEngine();
  const { announce } = useShell();
  const { copy } = useCopy();
  const [, navigate] = useLocation();
  const [filter = ''] = useParam('filter');
  const [sortText] = useParam('sort');
  const [ref, setRef] = useParam('ref');
  const [group, setGroup] = useParam('group');
  const grouped = group === 'stage';
  const sort = readSort(sortText, LARGEST_FIRST);
  const [selection, onSelect] = useKeySelection(source.id);
  const focused = useRef<RecordRow | undefined>(undefined);

  const query = { sourceId: source.id, filter, ...(ref === undefined ? {} : { ref }) };
  const ids = useMemo(() => [...selection.ids], [selection]);
  const filtered = useRead('keys.sums', query, { keepPrevious: true }).data;
  const selected = useRead('keys.sums', ids.length === 0 ? undefined : { sourceId: source.id, ids }, {
    keepPrevious: true,
  }).data;
  const largest = useRead('keys.page', { ...query, sort: LARGEST_FIRST, limit: 1 }, { keepPrevious: true }).data;
  const columns = useMemo(
    () => keyColumns(largest?.rows[0]?.ownBytes ?? 0, source.caches.length > 1, source.du !== undefined),
    [largest, source.caches.length, source.du],
  );
  useCommandLine(commandLine(source, filter, writeSort(sort), ref));

  const showInGraph = (id: string | undefined): void => {
    if (id !== undefined) navigate(sourceHref(source.id, 'graph', { record: id }));
  };
  const graphCommand = useMemo<readonly Command[]>(
    () => [
      {
        id: 'keys.graph',
        title: 'Focus the graph on this record',
        icon: Workflow,
        keys: 'g g',
        run: ({ params, navigate: go }) => {
          const id = focused.current?.id ?? params.get('record');
          if (id) go(sourceHref(source.id, 'graph', { record: id }));
        },
      },
    ],
    [source.id],
  );
  useCommands(graphCommand);

  return (
    <TableView<RecordRow>
      label="Keys"
      subject="keys"
      columns={columns}
      filter={filter}
      sort={sort}
      listKey={['keys.page', { ...query, sort, grouped }, source.version]}
      fetchPage={async (offset, limit, signal) => {
        const page = engine.keys.page({ ...query, sort, grouped, offset, limit }, { signal });
        if (!grouped || offset > 0) return page;
        const { groups } = await engine.keys.groups(query, { signal });
        return { ...(await page), groups: groups.map(groupSize) };
      }}
      groupText={(heading) => <GroupHeading group={heading} />}
      all={recordsIn(source, ref)}
      known={{ ref: source.caches.map((cache) => cache.ref) }}
      rowId={(row) => row.id}
      rowDigest={(row) => row.digest}
      inspected="record"
      selection={selection}
      onSelect={onSelect}
      onFocusRow={(row) => {
        focused.current = row;
      }}
      toolbar={
        <>
          {source.caches.length > 1 && <RefSelect source={source} value={ref} onChange={setRef} />}
          <Segmented
            label="Order"
            value={grouped ? 'stage' : 'list'}
            options={[
              { value: 'list', label: 'List' },
              { value: 'stage', label: 'By step' },
            ]}
            onChange={(value) => setGroup(value === 'stage' ? value : undefined)}
          />
        </>
      }
      actions={<SaveView filter={filter} sort={sortText} />}
      empty={
        isEmptyStore(source) ? (
          <EmptyStore store={source} />
        ) : (
          <EmptyState icon={Layers} title="This cache has no records">
            Its config lists none. A build exported with mode=min may leave few, but never none: the export may have
            been cut off.
          </EmptyState>
        )
      }
      footer={
        <KeysFooter
          isFiltered={filter !== ''}
          filtered={filtered}
          selected={selected}
          selectedCount={ids.length}
          actions={{
            copyDigests: () => copy(ids.map((id) => splitRecordId(id).digest).join('\n')),
            copyJson: () => {
              recordsOf(engine, source.id, ids).then(
                (records) => copy(JSON.stringify(records, undefined, 2)),
                () => announce('The records could not be read'),
              );
            },
            showInGraph: () => showInGraph(ids[0]),
            clear: () => onSelect(NOTHING_SELECTED),
          }}
        />
      }
    />
  );
}

function recordsIn(source: Source, ref: string | undefined): number | undefined {
  if (ref === undefined) return source.totals?.records;
  return source.caches.find((cache) => cache.ref === ref)?.totals.records;
}

/** The command line that prints what the table shows. */
function commandLine(source: Source, filter: string, sort: string, ref: string | undefined): readonly string[] {
  return [
    'keys',
    source.location,
    ...(ref === undefined ? [] : ['--ref', ref]),
    ...(filter === '' ? [] : ['--filter', filter]),
    '--sort',
    sort,
    '--json',
  ];
}
