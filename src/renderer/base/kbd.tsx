import styles from './kbd.module.css';
import { keyCaps } from './keys.ts';

/** The caps of a shortcut in the notation of `parseKeys`. Hidden from screen readers: `aria-keyshortcuts` says it. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className={styles.caps} aria-hidden="true">
      {keyCaps(keys).map((cap, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sequence may repeat a key, as in `g g`
        <kbd key={at} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
