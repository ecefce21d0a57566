import { useCallback, useEffect, useRef, useState } from 'react';
import { useShell } from './shell-context.ts';

/** How long a copy button shows that it has copied. */
const COPIED_MS = 1_500;

/** Copies text and says so to screen readers: `const { copied, copy } = useCopy()`. */
export function useCopy(): { readonly copied: boolean; readonly copy: (text: string) => void } {
  const { announce } = useShell();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback(
    (text: string) => {
      navigator.clipboard.writeText(text).then(
        () => {
          announce('Copied');
          setCopied(true);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setCopied(false), COPIED_MS);
        },
        () => announce('Copying was not permitted'),
      );
    },
    [announce],
  );
  return { copied, copy };
}
