import type { Electron } from './electron-api.ts';

/** What the menu can do besides the roles that every program has. */
export interface MenuActions {
  chooseFolder(): void;
  chooseFile(): void;
  /** Runs a command of the window by its id. */
  command(id: string): void;
}

/** Views, by the id of the window's command that goes there. */
const VIEWS = [
  ['Overview', 'go.overview'],
  ['Keys', 'go.keys'],
  ['Graph', 'go.graph'],
  ['Layers', 'go.layers'],
  ['Prune', 'go.prune'],
  ['Transfer', 'go.transfer'],
  ['Jobs', 'go.jobs'],
] as const;

/**
 * The application menu. Keys that the window handles itself are shown but not taken from it; macOS takes every key that its
 * menu shows, so there they are left out.
 */
export function menuTemplate(
  platform: string,
  isPackaged: boolean,
  actions: MenuActions,
): Electron.MenuItemConstructorOptions[] {
  const shown = (label: string, accelerator: string, id: string): Electron.MenuItemConstructorOptions => ({
    label,
    ...(platform === 'darwin' ? {} : { accelerator, registerAccelerator: false }),
    click: () => actions.command(id),
  });
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Open Folder…', accelerator: 'CmdOrCtrl+O', click: actions.chooseFolder },
        { label: 'Open File…', accelerator: 'CmdOrCtrl+Shift+O', click: actions.chooseFile },
        { type: 'separator' },
        { role: platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        shown('Search Steps, Digests, Actions', 'CmdOrCtrl+K', 'window.palette'),
        { type: 'separator' },
        ...VIEWS.map(([label, id], n) => ({
          label,
          accelerator: `CmdOrCtrl+${n + 1}`,
          click: () => actions.command(id),
        })),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        // A page that can be inspected can be changed: only in a development run.
        ...(isPackaged ? [] : ([{ role: 'reload' }, { role: 'toggleDevTools' }] as const)),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [{ label: 'Keyboard Sheet', click: () => actions.command('window.keys') }],
    },
  ];
}
