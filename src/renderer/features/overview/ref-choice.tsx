import { ChevronDown, Tag } from 'lucide-react';
import type { Source } from '../../../shared/model/source.ts';
import { setParams } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { Menu, MenuChoice, MenuItem } from '../../base/menu.tsx';
import { TabActions } from '../../base/tab-actions.tsx';

const ALL = '';

/** Which of several caches is looked at; all of them together at first. */
export function RefChoice({ source, selected }: { readonly source: Source; readonly selected: string | undefined }) {
  return (
    <TabActions>
      <Menu
        label="Cache"
        button={
          <Button variant="ghost" icon={Tag}>
            {selected ?? `All ${source.caches.length} references`}
          </Button>
        }
      >
        <MenuChoice
          title="Count"
          mode="single"
          selected={[selected ?? ALL]}
          onChange={([chosen]) => setParams({ ref: chosen === ALL ? undefined : chosen, zoom: undefined })}
        >
          <MenuItem id={ALL} icon={ChevronDown}>
            All references together
          </MenuItem>
          {source.caches.map((cache) => (
            <MenuItem key={cache.ref} id={cache.ref}>
              {cache.ref}
            </MenuItem>
          ))}
        </MenuChoice>
      </Menu>
    </TabActions>
  );
}
