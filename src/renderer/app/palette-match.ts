import type { ReactNode } from 'react';
import type { Command, CommandContext } from '../base/feature.ts';

/** A line of the palette. */
export interface PaletteItem {
  readonly id: string;
  readonly lead: ReactNode;
  readonly label: ReactNode;
  readonly note?: string;
  readonly keys?: string;
  readonly run: () => void;
}

export interface PaletteGroup {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

/** What was typed: `>` in front asks for actions only. */
export function parseQuery(typed: string): { readonly text: string; readonly actionsOnly: boolean } {
  const text = typed.trim();
  return text.startsWith('>') ? { text: text.slice(1).trim(), actionsOnly: true } : { text, actionsOnly: false };
}

/** Not worth a line in the palette that is open already. */
const HIDDEN: ReadonlySet<string> = new Set(['window.palette', 'window.escape']);

/**
 * The commands that can run now and have all words of the text, each at the start of a word; those whose title begins
 * with the text first.
 */
export function matchCommands(commands: readonly Command[], text: string, context: CommandContext): readonly Command[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const matches = (command: Command): boolean => {
    const own = ` ${command.title} ${command.words ?? ''}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ');
    return words.every((word) => own.includes(` ${word}`));
  };
  const found = commands.filter(
    (command) => !HIDDEN.has(command.id) && command.enabled?.(context) !== false && matches(command),
  );
  const begins = (command: Command): number => (command.title.toLowerCase().startsWith(text.toLowerCase()) ? 0 : 1);
  return found.sort((a, b) => begins(a) - begins(b));
}
