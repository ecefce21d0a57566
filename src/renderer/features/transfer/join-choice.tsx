import { Combine } from 'lucide-react';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { Menu, MenuChoice, MenuItem } from '../../base/menu.tsx';
import { countOf } from '../../base/quantity.tsx';

/** Chooses sources of the list whose caches become one with those of this one. */
export function JoinChoice({
  others,
  join,
  onJoin,
  isDisabled,
}: {
  readonly others: readonly Source[];
  readonly join: readonly string[];
  readonly onJoin: (join: readonly string[]) => void;
  readonly isDisabled: boolean;
}) {
  if (others.length === 0) return null;
  const joined = others.filter(({ id }) => join.includes(id));
  const [only] = joined;
  const label =
    only === undefined
      ? 'Join with…'
      : joined.length === 1
        ? `with ${only.name}`
        : `with ${countOf(joined.length, 'other')}`;
  return (
    <Menu
      label="Join with"
      button={
        <Button icon={Combine} isDisabled={isDisabled}>
          <span className="ellipsis">{label}</span>
        </Button>
      }
    >
      <MenuChoice title="Join with" mode="multiple" selected={joined.map(({ id }) => id)} onChange={onJoin}>
        {others.map(({ id, name }) => (
          <MenuItem key={id} id={id}>
            {name}
          </MenuItem>
        ))}
      </MenuChoice>
    </Menu>
  );
}
