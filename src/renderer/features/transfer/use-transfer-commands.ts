import { ArrowRight, Terminal } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { Command } from '../../base/feature.ts';
import { useCommands } from '../../base/shell-context.ts';
import { START_KEYS } from './transfer-bar.tsx';

/** What can be done now; absent: not now. */
interface TransferActions {
  readonly start: (() => void) | undefined;
  readonly copyCommand: (() => void) | undefined;
}

/** Starts the transfer and copies its command line from the keyboard and the palette. */
export function useTransferCommands(actions: TransferActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useCommands(
    useMemo<readonly Command[]>(
      () => [
        {
          id: 'transfer.start',
          title: 'Start the transfer',
          icon: ArrowRight,
          keys: START_KEYS,
          words: 'import export copy run again',
          enabled: () => latest.current.start !== undefined,
          run: () => latest.current.start?.(),
        },
        {
          id: 'transfer.copy-command',
          title: 'Copy this transfer as a command',
          icon: Terminal,
          words: 'cli shell line',
          enabled: () => latest.current.copyCommand !== undefined,
          run: () => latest.current.copyCommand?.(),
        },
      ],
      [],
    ),
  );
}
