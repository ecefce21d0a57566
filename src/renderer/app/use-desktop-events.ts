import { useEffect, useRef } from 'react';
import { desktopBridge } from '../client/bridge.ts';
import { useOpenSource } from '../features/sources/use-open-source.ts';
import { useAllCommands, useCommandContext } from './commands.ts';
import { runCommand } from './run-command.ts';

/** On the desktop: opens what the system asks for, and runs what the application menu names. */
export function useDesktopEvents(): void {
  const open = useOpenSource();
  const commands = useAllCommands();
  const context = useCommandContext();
  const latest = useRef({ open, commands, context });
  latest.current = { open, commands, context };
  useEffect(() => {
    const bridge = desktopBridge();
    const ends = [
      bridge?.onOpenPath((path) => latest.current.open(path)),
      bridge?.onCommand((id) => {
        const command = latest.current.commands.find((one) => one.id === id);
        if (command) runCommand(command, latest.current.context());
      }),
    ];
    return () => {
      for (const end of ends) end?.();
    };
  }, []);
}
