import { useEffect, useRef } from 'react';
import { usePreferences } from '../base/window-state.ts';
import { useAllCommands, useCommandContext } from './commands.ts';
import { createKeyMap, isTyping } from './key-map.ts';
import { runCommand } from './run-command.ts';

/** Runs commands by their keys. A widget that handles a key itself prevents its default, and is left alone. */
export function useKeyMap(): void {
  const commands = useAllCommands();
  const context = useCommandContext();
  const latest = useRef({ commands, context });
  latest.current = { commands, context };
  useEffect(() => {
    const map = createKeyMap(
      () => latest.current.commands,
      () => latest.current.context(),
    );
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const inOverlay = event.target instanceof Element && event.target.closest('[role=dialog], [role=menu]') !== null;
      if (inOverlay && event.key === 'Escape') return;
      const letters = usePreferences.getState().letterShortcuts && !inOverlay && !isTyping(event.target);
      const found = map.press(event, letters);
      if (found === undefined || found === 'pending') return;
      if (event.key === 'Escape' && isTyping(event.target)) return;
      event.preventDefault();
      runCommand(found, latest.current.context());
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
