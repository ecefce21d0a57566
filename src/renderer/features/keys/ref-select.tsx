import { Tag } from 'lucide-react';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { Menu, MenuChoice, MenuItem } from '../../base/menu.tsx';

/** Which of a source's caches the table shows. "*" cannot be a reference, so it stands for all. */
const ALL = '*';

/** Chooses one of several caches, or all of them. */
export function RefSelect({
  source,
  value,
  onChange,
}: {
  readonly source: Source;
  readonly value: string | undefined;
  readonly onChange: (ref: string | undefined) => void;
}) {
  return (
    <Menu
      label="Reference"
      button={
        <Button icon={Tag} tip="Which cache of this source">
          {value ?? `${source.caches.length} references`}
        </Button>
      }
    >
      <MenuChoice
        title="Show records of"
        mode="single"
        selected={[value ?? ALL]}
        onChange={([ref]) => onChange(ref === ALL ? undefined : ref)}
      >
        <MenuItem id={ALL}>All references</MenuItem>
        {source.caches.map((cache) => (
          <MenuItem key={cache.ref} id={cache.ref}>
            {cache.ref}
          </MenuItem>
        ))}
      </MenuChoice>
    </Menu>
  );
}
