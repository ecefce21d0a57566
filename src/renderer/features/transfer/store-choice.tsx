import { ChevronDown, Database, Plus } from 'lucide-react';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../base/menu.tsx';
import styles from './transfer.module.css';

/** An open store, or a new one. */
export function StoreChoice({
  store,
  stores,
  onChoose,
  isDisabled,
}: {
  /** The chosen one; absent: a new one. */
  readonly store: Source | undefined;
  readonly stores: readonly Source[];
  /** Absent: a new one. */
  readonly onChoose: (location: string | undefined) => void;
  readonly isDisabled: boolean;
}) {
  return (
    <div className={styles.cardName}>
      <Menu
        label="Store"
        button={
          <Button icon={Database} isDisabled={isDisabled} className={styles.choose}>
            <span className={styles.chooseName}>
              {store?.name ?? 'A new store'}
              <ChevronDown size={12} aria-hidden="true" />
            </span>
          </Button>
        }
      >
        {stores.map((one) => (
          <MenuItem key={one.id} icon={Database} onAction={() => onChoose(one.location)}>
            {one.name}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={Plus} onAction={() => onChoose(undefined)}>
          A new store
        </MenuItem>
      </Menu>
      {store && (
        <bdi dir="ltr" className={styles.path} data-tip={store.location}>
          {store.location}
        </bdi>
      )}
    </div>
  );
}
