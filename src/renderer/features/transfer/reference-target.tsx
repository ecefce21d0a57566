import { CornerDownLeft, History } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import styles from './transfer.module.css';
import { hasCredentials } from './transfer-address.ts';

/**
 * A reference to a registry or a bucket: typed, or one used before. Nothing is asked while it is typed, only once it is entered or left:
 * half a reference names another host.
 */
export function ReferenceTarget({
  label,
  example,
  secretHint,
  reference,
  references,
  onReference,
  isDisabled,
}: {
  readonly label: string;
  readonly example: string;
  /** What is said of a name or password in it. */
  readonly secretHint: string;
  readonly reference: string;
  readonly references: readonly string[];
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
          label={label}
          isLabelHidden
          isMono
          value={typed}
          onChange={setTyped}
          onSubmit={enter}
          placeholder={example}
          isDisabled={isDisabled}
          error={isSecret ? secretHint : undefined}
        />
      </div>
      {references.length > 0 && (
        <Menu
          label="Used before"
          button={<IconButton icon={History} label="References used before" isDisabled={isDisabled} />}
        >
          {references.map((one) => (
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
