import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import type { RecordRow } from '../../shared/model/record.ts';
import { classNames } from '../base/class-names.ts';
import { Icon } from '../base/icon.tsx';
import { Bytes } from '../base/quantity.tsx';
import { useRead } from '../client/hooks.ts';
import { RecordName, recordTitle } from './record-name.tsx';
import styles from './record-picker.module.css';

/** Finds a record by its words or the first digits of its digest. Before anything is typed, `proposals` are listed. */
export function RecordPicker({
  sourceId,
  proposals,
  onPick,
}: {
  readonly sourceId: string;
  readonly proposals: readonly { readonly title: string; readonly rows: readonly RecordRow[] }[];
  readonly onPick: (id: string) => void;
}) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();
  const searched = useDeferredValue(text.trim());
  const found = useRead('keys.search', searched.length < 2 ? undefined : { sourceId, text: searched, limit: 20 }, {
    keepPrevious: true,
  });
  const groups =
    searched.length < 2
      ? proposals.filter((group) => group.rows.length > 0)
      : [{ title: 'Found', rows: found.data ?? [] }];
  const rows = groups.flatMap((group) => group.rows);
  const at = Math.min(active, rows.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  });

  const press = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (event.key === 'ArrowDown') setActive((at + 1) % Math.max(1, rows.length));
    else if (event.key === 'ArrowUp') setActive((at - 1 + rows.length) % Math.max(1, rows.length));
    else if (event.key === 'Enter' && row) onPick(row.id);
    else return;
    event.preventDefault();
  };
  let index = -1;
  const option = (row: RecordRow): ReactNode => {
    index += 1;
    const own = index;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
      <div
        key={row.id}
        id={`${listId}-${own}`}
        role="option"
        aria-selected={own === at}
        aria-label={recordTitle(row)}
        tabIndex={-1}
        className={classNames(styles.option, own === at && styles.active)}
        onPointerMove={() => setActive(own)}
        onClick={() => onPick(row.id)}
      >
        <RecordName record={row} />
        <span className="spring" />
        {row.ownBytes > 0 && <Bytes bytes={row.ownBytes} className={styles.note ?? ''} />}
      </div>
    );
  };
  return (
    <div className={styles.picker}>
      <div className={styles.query}>
        <Icon of={Search} className={styles.quiet} />
        <input
          // biome-ignore lint/a11y/noAutofocus: it is opened to type in it
          autoFocus
          role="combobox"
          aria-label="Find a record"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${listId}-${at}` : undefined}
          placeholder="Step, digest or its first 4 digits"
          spellCheck={false}
          autoComplete="off"
          className={styles.input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={press}
        />
      </div>
      <div ref={list} id={listId} role="listbox" aria-label="Records" className={styles.options}>
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
          <div key={group.title} role="group" aria-label={group.title}>
            <div className={styles.groupTitle} aria-hidden="true">
              {group.title}
            </div>
            {group.rows.map(option)}
          </div>
        ))}
        {rows.length === 0 && searched.length > 1 && !found.isFetching && (
          <p className={styles.none}>No record has “{searched}” in its name or digest.</p>
        )}
      </div>
    </div>
  );
}
