import { type ReactNode, useMemo } from 'react';
import { type Shell, ShellContext } from '../base/shell-context.ts';
import { announce, reportFailure, useShellState } from './shell-state.ts';

const set = useShellState.setState;

/** Gives views the window around them. */
export function ShellProvider({ children }: { readonly children: ReactNode }) {
  const actionsSlot = useShellState((state) => state.actionsSlot);
  const shell = useMemo<Shell>(
    () => ({
      setCommandLine: (commandLine) => set({ commandLine }),
      setSubject: (subject) => set({ subject }),
      addCommands(commands) {
        set((state) => ({ commands: [...state.commands, commands] }));
        return () => set((state) => ({ commands: state.commands.filter((one) => one !== commands) }));
      },
      announce,
      offerUndo: (undo) => set({ undo }),
      fail: reportFailure,
      actionsSlot,
    }),
    [actionsSlot],
  );
  return <ShellContext value={shell}>{children}</ShellContext>;
}
