import styles from './kbd.module.css';
import { keyCaps } from './keys.ts';

/** The caps of a shortcut in the notation of `parseKeys`. Hidden from screen readers: `aria-keyshortcuts` says it. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className={styles.caps} aria-hidden="true">
      {keyCaps(keys).map((cap) => (
        <kbd key={cap} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
