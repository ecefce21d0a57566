import { CircleX, X } from 'lucide-react';
import { IconButton } from '../base/button.tsx';
import { Icon } from '../base/icon.tsx';
import styles from './banner.module.css';
import { useShellState } from './shell-state.ts';

/** Something the user asked for did not happen: what, to what, what next. Stays until it is closed or the next one comes. */
export function FailureBanner() {
  const failure = useShellState((state) => state.failure);
  if (!failure) return null;
  const { title, error } = failure;
  return (
    <div className={styles.banner} role="alert">
      <Icon of={CircleX} size={16} className={styles.icon} />
      <p className={styles.text}>
        <b className="semi">{title}.</b> {error.message}{' '}
        {error.subject !== undefined && !title.includes(error.subject) && <bdi className="mono11">{error.subject}</bdi>}{' '}
        {error.hint}
      </p>
      <IconButton icon={X} label="Close the message" onPress={() => useShellState.setState({ failure: undefined })} />
    </div>
  );
}
