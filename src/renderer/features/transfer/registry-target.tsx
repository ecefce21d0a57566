import { CornerDownLeft, History } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import styles from './transfer.module.css';
import { hasCredentials } from './transfer-address.ts';

/**
 * A repository and tag: typed, or one used before. Nothing is asked while it is typed, only once it is entered or left:
 * half a reference names another host.
 */
export function RegistryTarget({
  reference,
  repositories,
  onReference,
  isDisabled,
}: {
  readonly reference: string;
  readonly repositories: readonly string[];
  readonly onReference: (reference: string) => void;
  readonly isDisabled: boolean;
}) {
  const [typed, setTyped] = useState(reference);
  useEffect(() => setTyped(reference), [reference]);
  const isNew = typed.trim() !== reference;
  const isSecret = hasCredentials(typed);
  const enter = (): void => {
    if (isNew && !isSecret) onReference(typed.trim());
  };
  return (
    <div className={styles.pathRow}>
      {/* The field has the focus; the group only hears it leave. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears the field inside being left */}
      <div className={styles.pathField} onBlur={enter}>
        <TextField
          label="Repository and tag"
          isLabelHidden
          isMono
          value={typed}
          onChange={setTyped}
          onSubmit={enter}
          placeholder="docker://host/repository:tag"
          isDisabled={isDisabled}
          error={isSecret ? 'Leave name and password out: docker login keeps them.' : undefined}
        />
      </div>
      {repositories.length > 0 && (
        <Menu
          label="Used before"
          button={<IconButton icon={History} label="References used before" isDisabled={isDisabled} />}
        >
          {repositories.map((one) => (
            <MenuItem key={one} onAction={() => onReference(one)}>
              {one}
            </MenuItem>
          ))}
        </Menu>
      )}
      <IconButton
        icon={CornerDownLeft}
        label="Look what is there"
        isDisabled={isDisabled || !isNew || isSecret}
        onPress={enter}
      />
    </div>
  );
}
