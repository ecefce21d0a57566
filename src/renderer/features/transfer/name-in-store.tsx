import { Checkbox, TextField } from '../../base/field.tsx';
import styles from './transfer.module.css';
import type { TransferAddress } from './transfer-address.ts';

/** The name that a cache gets in a store: filled with the one it would get, which is never another cache's unless it may replace that. */
export function NameInStore({
  address,
  proposed,
  onChange,
  isDisabled,
}: {
  readonly address: Pick<TransferAddress, 'as' | 'replace' | 'merge'>;
  /** Names that the caches would get; several keep their own. */
  readonly proposed: readonly string[];
  readonly onChange: (change: Partial<TransferAddress>) => void;
  readonly isDisabled: boolean;
}) {
  return (
    <div className={styles.cardName}>
      {proposed.length < 2 && (
        <TextField
          label="Name in the store"
          value={address.as ?? proposed[0] ?? ''}
          onChange={(as) => onChange({ as: as === '' ? undefined : as })}
          isMono
          isDisabled={isDisabled}
        />
      )}
      {!address.merge && (
        <Checkbox
          label="Move a cache of this name to the trash"
          isSelected={address.replace}
          onChange={(replace) => onChange({ replace })}
          isDisabled={isDisabled}
        />
      )}
    </div>
  );
}
