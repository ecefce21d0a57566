import { ListFilter, Search } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { formatBytes } from '../../shared/base/bytes.ts';
import type { Source } from '../../shared/model/source.ts';
import { inspect, placeOf, sourceHref } from '../base/address.ts';
import { classNames } from '../base/class-names.ts';
import { Icon } from '../base/icon.tsx';
import { Kbd } from '../base/kbd.tsx';
import { Dialog } from '../base/overlay.tsx';
import { showDialog, usePanels } from '../base/window-state.ts';
import { useRead, useSources } from '../client/hooks.ts';
import { RecordName } from '../widgets/record-name.tsx';
import { SOURCE_ICONS } from '../widgets/source-kinds.ts';
import styles from './command-palette.module.css';
import { useAllCommands, useCommandContext } from './commands.ts';
import { SOURCE_FEATURES } from './features.ts';
import { matchCommands, type PaletteGroup, type PaletteItem, parseQuery } from './palette-match.ts';
import { runCommand } from './run-command.ts';

/** Every action, and a jump to any step or digest of the source. */
export function CommandPalette({ source }: { readonly source: Source | undefined }) {
  const isOpen = usePanels((panels) => panels.dialog === 'palette');
  return (
    <Dialog title="Search" isOpen={isOpen} onClose={close} width="wide" isBare>
      <Palette source={source?.state === 'ready' ? source : undefined} />
    </Dialog>
  );
}

const close = (): void => showDialog(undefined);

function Palette({ source }: { readonly source: Source | undefined }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const { groups, isSearching } = useGroups(text, source);
  const items = groups.flatMap((group) => group.items);
  const current = items[Math.min(active, items.length - 1)];

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  });

  const choose = (item: PaletteItem | undefined): void => {
    if (!item) return;
    close();
    item.run();
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined && items.length > 0) {
      const next = active + step;
      const wraps = Math.abs(step) === 1;
      setActive(wraps ? (next + items.length) % items.length : Math.min(items.length - 1, Math.max(0, next)));
    } else if (event.key === 'Enter') choose(current);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className={styles.query}>
        <Icon of={Search} size={16} className={styles.icon} />
        <input
          // biome-ignore lint/a11y/noAutofocus: a palette is opened to type in it
          autoFocus
          role="combobox"
          aria-label="Search steps, digests, actions"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
          className={styles.input}
          placeholder="Search steps, digests, actions"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={press}
        />
        <Kbd keys="Escape" />
      </div>
      <div ref={list} id={listId} role="listbox" aria-label="Results" className={styles.list}>
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
          <div key={group.title} role="group" aria-label={group.title}>
            <div className={styles.group} aria-hidden="true">
              {group.title}
            </div>
            {group.items.map((item) => (
              <div
                key={item.id}
                id={`${listId}-${item.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={item === current}
                className={classNames(styles.option, item === current && styles.active)}
                onPointerMove={() => setActive(items.indexOf(item))}
                onClick={() => choose(item)}
                onKeyDown={press}
              >
                {item.lead}
                <span className="ellipsis spring">{item.label}</span>
                {item.note !== undefined && <span className={styles.note}>{item.note}</span>}
                {item.keys !== undefined && <Kbd keys={item.keys} />}
              </div>
            ))}
          </div>
        ))}
        {items.length === 0 && (
          <p className={styles.none}>{isSearching ? 'Searching…' : `Nothing is called “${text}”.`}</p>
        )}
      </div>
      <footer className={styles.foot}>
        <span>4 or more hex digits jump to a digest</span>
        <span className="spring" />
        <span>&gt; actions only</span>
      </footer>
      <span className="visually-hidden" role="status">
        {items.length} results
      </span>
    </>
  );
}

function useGroups(
  text: string,
  source: Source | undefined,
): { readonly groups: readonly PaletteGroup[]; readonly isSearching: boolean } {
  const commands = useAllCommands();
  const context = useCommandContext();
  const sources = useSources();
  const query = parseQuery(text);
  const searched = useDeferredValue(query.text);
  const wanted =
    source && !query.actionsOnly && searched.length > 1 ? { sourceId: source.id, text: searched, limit: 8 } : undefined;
  const found = useRead('keys.search', wanted, { keepPrevious: true });

  const records = useMemo<readonly PaletteItem[]>(() => {
    if (!source || !wanted || !found.data) return [];
    return found.data.map((record) => ({
      id: record.id,
      lead: null,
      label: <RecordName record={record} />,
      note: formatBytes(record.ownBytes),
      run: () => showRecord(source.id, record.id),
    }));
  }, [source, wanted, found.data]);

  const actions = matchCommands(commands, query.text, context()).map(
    (command): PaletteItem => ({
      id: command.id,
      lead: <Icon of={command.icon} className={styles.icon} />,
      label: command.title,
      ...(command.keys === undefined ? {} : { keys: command.keys }),
      run: () => runCommand(command, context()),
    }),
  );
  const filterItem = (id: string): readonly PaletteItem[] => [
    {
      id: 'filter-keys',
      lead: <Icon of={ListFilter} className={styles.icon} />,
      label: `Filter keys: ${query.text}`,
      run: () =>
        navigate(sourceHref(id, 'keys', { filter: query.text.includes(' ') ? `"${query.text}"` : query.text })),
    },
  ];
  const elsewhere = (sources ?? [])
    .filter((one) => one.id !== source?.id && one.name.toLowerCase().includes(query.text.toLowerCase()))
    .map(
      (one): PaletteItem => ({
        id: `source-${one.id}`,
        lead: <Icon of={SOURCE_ICONS[one.kind]} className={styles.icon} />,
        label: one.name,
        note: one.location,
        run: () => navigate(sourceHref(one.id, 'overview')),
      }),
    );
  const groups: readonly PaletteGroup[] = [
    { title: `Steps in ${source?.name ?? ''}`, items: records },
    {
      title: 'Actions',
      items: [...actions, ...(source && query.text !== '' && !query.actionsOnly ? filterItem(source.id) : [])],
    },
    { title: 'Sources', items: query.actionsOnly ? [] : elsewhere },
  ];
  return { groups: groups.filter((group) => group.items.length > 0), isSearching: found.isFetching };
}

/** Inspects a record in the view that is open, or in Keys where the view is not one of a source. */
function showRecord(sourceId: string, recordId: string): void {
  const place = placeOf(window.location.pathname);
  if (place.sourceId === sourceId && SOURCE_FEATURES.some((feature) => feature.segment === place.segment)) {
    inspect('record', recordId);
  } else navigate(sourceHref(sourceId, 'keys', { record: recordId }));
}
