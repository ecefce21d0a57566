import type { DesktopDialog, DialogParent, PageDeath } from './electron-api.ts';

/** Asks for a folder or a file; undefined when dismissed. */
export async function choosePath(
  dialog: DesktopDialog,
  window: DialogParent,
  kind: 'openDirectory' | 'openFile',
): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: [kind] });
  return filePaths[0];
}

/** Asks whether to quit although jobs run. */
export async function askToQuit(
  dialog: DesktopDialog,
  window: DialogParent,
  titles: readonly string[],
): Promise<boolean> {
  const isOne = titles.length === 1;
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: isOne ? `“${titles[0]}” is still running.` : `${titles.length} jobs are still running.`,
    detail: `${isOne ? '' : `${titles.join('\n')}\n\n`}Quitting cancels ${isOne ? 'it' : 'them'}. Nothing is left half-written, and the same job can be run again.`,
    buttons: ['Keep running', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}

/** Says that the page has died again, and asks whether to load it once more; otherwise the program is to quit. */
export async function askToReload(
  dialog: DesktopDialog,
  window: DialogParent,
  { reason, exitCode }: PageDeath,
): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window has stopped working again.',
    detail: `Its process ended soon after it was started anew (${reason}, code ${exitCode}). Jobs go on meanwhile.`,
    buttons: ['Reload', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 0;
}
