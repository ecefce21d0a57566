import { Bookmark, Pin, PinOff, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { DialogTrigger } from 'react-aria-components';
import { setParams } from '../../base/address.ts';
import { Button, IconButton } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { Popover } from '../../base/overlay.tsx';
import { useShell } from '../../base/shell-context.ts';
import styles from './save-view.module.css';
import { type SavedView, useSavedViews, withoutView, withView } from './saved-views.ts';

/** Saves the filter and the sort under a name, and lists what is saved. */
export function SaveView({ filter, sort }: { readonly filter: string; readonly sort: string | undefined }) {
  const views = useSavedViews((kept) => kept.views);
  const { announce, offerUndo } = useShell();
  const [name, setName] = useState('');
  const put = (next: readonly SavedView[]): void => {
    useSavedViews.setState({ views: next });
  };

  const save = (): void => {
    const trimmed = name.trim();
    if (trimmed === '') return;
    put(withView(views, { name: trimmed, filter, pinned: true, ...(sort === undefined ? {} : { sort }) }));
    announce(`Saved as ${trimmed}`);
    setName('');
  };
  const remove = (view: SavedView): void => {
    put(withoutView(views, view.name));
    offerUndo({ text: `Removed the view “${view.name}”.`, undo: () => put(views) });
  };

  return (
    <DialogTrigger>
      <Button variant="ghost" icon={Bookmark}>
        Save view
      </Button>
      <Popover label="Saved views" placement="bottom end" className={styles.popover ?? ''}>
        <div className={styles.form}>
          <TextField
            label="Name"
            isLabelHidden
            placeholder="Name of this filter and sort"
            value={name}
            onChange={setName}
            onSubmit={save}
            autoFocus
            className={styles.name ?? ''}
          />
          <Button isDisabled={name.trim() === ''} onPress={save}>
            {views.some((view) => view.name === name.trim()) ? 'Replace' : 'Save'}
          </Button>
        </div>
        <p className={styles.what}>
          {filter === '' ? 'No filter' : <code className="mono11">{filter}</code>}
          {sort !== undefined && (
            <>
              , sorted by <code className="mono11">{sort}</code>
            </>
          )}
        </p>
        <ul className={styles.list}>
          {views.map((view) => (
            <li key={view.name} className={styles.item}>
              <Button
                variant="ghost"
                className={styles.open}
                tip={view.filter === '' ? 'No filter' : view.filter}
                onPress={() => setParams({ filter: view.filter, sort: view.sort })}
              >
                {view.name}
              </Button>
              <IconButton
                icon={view.pinned ? PinOff : Pin}
                iconSize={12}
                label={view.pinned ? `Unpin ${view.name}` : `Pin ${view.name} to the sources pane`}
                onPress={() => put(withView(views, { ...view, pinned: !view.pinned }))}
              />
              <IconButton icon={Trash2} iconSize={12} label={`Remove ${view.name}`} onPress={() => remove(view)} />
            </li>
          ))}
        </ul>
      </Popover>
    </DialogTrigger>
  );
}
