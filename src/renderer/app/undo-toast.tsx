import { Undo2, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../base/button.tsx';
import { reportFailure, useShellState } from './shell-state.ts';
import styles from './undo-toast.module.css';

/** Long enough to read, to decide and to get there with the keyboard; the trash keeps the offer after that. */
const SHOW_MS = 20_000;

/** The one toast: what was just done, and the button that takes it back. Does not go while it has the pointer or the focus. */
export function UndoToast() {
  const offer = useShellState((state) => state.undo);
  const [held, setHeld] = useState(false);
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!offer || held) return;
    const timer = setTimeout(close, SHOW_MS);
    return () => clearTimeout(timer);
  }, [offer, held]);
  if (!offer) return null;
  return (
    <div
      ref={shown}
      className={styles.toast}
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{offer.text}</span>
      <Button
        icon={Undo2}
        onPress={async () => {
          close();
          try {
            await offer.undo();
          } catch (error) {
            reportFailure('It could not be undone', error);
          }
        }}
      >
        Undo
      </Button>
      <IconButton icon={X} label="Close" onPress={close} />
    </div>
  );
}

function close(): void {
  useShellState.setState({ undo: undefined });
}
