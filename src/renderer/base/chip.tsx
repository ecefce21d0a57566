import { X } from 'lucide-react';
import { Button } from 'react-aria-components';
import styles from './chip.module.css';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

/** `key: value` with a button that takes it away. The button is 24 px to hit on a 20 px chip. */
export function Chip({
  name,
  value,
  onRemove,
  isInvalid = false,
}: {
  /** Absent for free text. */
  readonly name?: string;
  readonly value: string;
  readonly onRemove?: () => void;
  readonly isInvalid?: boolean;
}) {
  return (
    <span className={classNames(styles.chip, isInvalid && styles.invalid)}>
      {name !== undefined && <span className={styles.name}>{name}:</span>}
      <bdi className={styles.value}>{value}</bdi>
      {onRemove && (
        <Button
          className={styles.remove ?? ''}
          aria-label={`Remove ${name === undefined ? '' : `${name}:`}${value}`}
          onPress={onRemove}
        >
          <Icon of={X} size={12} />
        </Button>
      )}
    </span>
  );
}
