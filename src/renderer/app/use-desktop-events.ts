import { useEffect, useRef } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { desktopBridge } from '../client/bridge.ts';
import { useOpenSource } from '../features/sources/use-open-source.ts';
import { useAllCommands, useCommandContext } from './commands.ts';
import { runCommand } from './run-command.ts';

/** On the desktop: opens and shows what the system asks for, and runs what the application menu names. */
export function useDesktopEvents(): void {
  const open = useOpenSource();
  const commands = useAllCommands();
  const context = useCommandContext();
  const latest = useRef({ open, commands, context });
  latest.current = { open, commands, context };
  useEffect(
    () =>
      desktopBridge()?.onRequest((request) => {
        const now = latest.current;
        if (request.kind === 'open') void now.open(request.location);
        else if (request.kind === 'show') navigate(request.path);
        else {
          const command = now.commands.find((one) => one.id === request.id);
          if (command) runCommand(command, now.context());
        }
      }),
    [],
  );
}
