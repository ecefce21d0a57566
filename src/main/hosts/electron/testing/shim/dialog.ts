import type { Electron } from '../../electron-api.ts';
import { app } from './app.ts';

/** A dialog that would have been shown. */
export interface ShownDialog {
  readonly kind: 'open' | 'message' | 'error';
  readonly options: object;
}

/** Every dialog so far: a test reads it as `dialog.shown`. */
const shown: ShownDialog[] = [];
const answers: { readonly open: string[][]; readonly message: number[] } = { open: [], message: [] };

function record(kind: ShownDialog['kind'], args: readonly unknown[]): void {
  // electron/lib/browser/api/dialog.ts
  if (kind !== 'error' && !app.isReady()) throw new Error('dialog module can only be used after app is ready');
  shown.push({ kind, options: (args.at(-1) ?? {}) as object });
}

/**
 * Dialogs that nobody sees: they are recorded, and answered with what a test has laid ready; without that they are dismissed.
 * Source: electronjs.org/docs/latest/api/dialog.
 */
export const dialog = {
  shown,
  /** Answers for the next dialogs, in turn: paths for an open dialog, the number of a button for a message. */
  answers,
  async showOpenDialog(...args: unknown[]): Promise<Electron.OpenDialogReturnValue> {
    record('open', args);
    const filePaths = answers.open.shift();
    return { canceled: filePaths === undefined, filePaths: filePaths ?? [] };
  },
  async showMessageBox(...args: unknown[]): Promise<Electron.MessageBoxReturnValue> {
    record('message', args);
    const { cancelId = 0 } = (args.at(-1) ?? {}) as Electron.MessageBoxOptions;
    return { response: answers.message.shift() ?? cancelId, checkboxChecked: false };
  },
  showErrorBox(title: string, content: string): void {
    record('error', [{ title, content }]);
    // "the message will be emitted to stderr, and no GUI dialog will appear" before ready on Linux; afterwards it would appear.
    process.stderr.write(`${title}\n${content}\n`);
  },
};
