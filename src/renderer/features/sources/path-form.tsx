import { Link } from 'lucide-react';
import { useState } from 'react';
import { TextField } from '../../base/field.tsx';
import styles from './path-form.module.css';

/** A line for a path or a reference; Enter opens it. */
export function PathForm({
  value,
  onChange,
  onOpen,
  autoFocus = false,
}: {
  /** Given together with `onChange` where something else sets the path too. */
  readonly value?: string;
  readonly onChange?: (path: string) => void;
  readonly onOpen: (path: string) => void;
  readonly autoFocus?: boolean;
}) {
  const [own, setOwn] = useState('');
  const path = value ?? own;
  return (
    <div className={styles.form}>
      <TextField
        label="Path of a cache, or a reference"
        isLabelHidden
        icon={Link}
        isMono
        placeholder="/path/to/cache, docker://host/name:tag, s3://bucket/prefix"
        value={path}
        onChange={onChange ?? setOwn}
        autoFocus={autoFocus}
        onSubmit={() => {
          if (path.trim() !== '') onOpen(path.trim());
        }}
      />
    </div>
  );
}
