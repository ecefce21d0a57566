import type { Electron } from '../../electron-api.ts';
import { app } from './app.ts';

type Template = readonly Electron.MenuItemConstructorOptions[];

/** What a role does and its key, for those that a test can see. Source: electron/lib/browser/api/menu-item-roles.ts. */
const ROLES: Readonly<Record<string, { readonly accelerator?: string; readonly run?: (window: MenuWindow) => void }>> =
  {
    quit: { accelerator: 'CommandOrControl+Q', run: () => app.quit() },
    close: { accelerator: 'CommandOrControl+W', run: (window) => window.close() },
    reload: { accelerator: 'CmdOrCtrl+R', run: (window) => window.webContents.reload() },
    minimize: { accelerator: 'CommandOrControl+M', run: (window) => window.minimize() },
  };

/** A window as far as the menu acts on it. */
export interface MenuWindow {
  close(): void;
  minimize(): void;
  readonly webContents: { reload(): void };
}

/** An item of the menu, for the page's keys and for a test that chooses it with `click`. */
class MenuItem {
  readonly label: string;
  readonly role: string | undefined;
  readonly type: string;
  readonly id: string | undefined;
  readonly accelerator: string | undefined;
  readonly registerAccelerator: boolean;
  readonly enabled: boolean;
  readonly visible: boolean;
  readonly submenu: Menu | undefined;
  readonly #click: Electron.MenuItemConstructorOptions['click'];

  constructor(options: Electron.MenuItemConstructorOptions) {
    const { label, role, type, id, accelerator, submenu, click } = options;
    if (label === undefined && role === undefined && type === undefined) {
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
    }
    this.label = label ?? role ?? '';
    this.role = role;
    this.type = type ?? (submenu ? 'submenu' : 'normal');
    this.id = id;
    this.accelerator = accelerator ?? (role === undefined ? undefined : ROLES[role]?.accelerator);
    this.registerAccelerator = options.registerAccelerator ?? true;
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.submenu = Array.isArray(submenu) ? new Menu(submenu) : undefined;
    this.#click = click;
  }

  /** "The click property will be ignored" where there is a role: electronjs.org/docs/latest/api/menu-item. */
  click(event: object = {}, window?: MenuWindow): void {
    if (!this.enabled) return;
    if (this.role === undefined) this.#click?.(this as never, window as never, event as never);
    else if (window) ROLES[this.role]?.run?.(window);
  }
}

export class Menu {
  static #application: Menu | null = null;
  readonly items: readonly MenuItem[];

  constructor(template: Template = []) {
    this.items = template.map((options) => new MenuItem(options));
  }

  static buildFromTemplate(template: Template): Menu {
    return new Menu(template);
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.#application = menu;
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#application;
  }

  /** Chooses the item of a key that the page left alone. */
  static press(key: string, code: string, modifiers: readonly string[], window: MenuWindow): void {
    const all = (menu: Menu | null | undefined): readonly MenuItem[] =>
      (menu?.items ?? []).flatMap((item) => [item, ...all(item.submenu)]);
    const pressed = all(Menu.#application).find(
      (item) => item.registerAccelerator && item.accelerator && isPressed(item.accelerator, key, code, modifiers),
    );
    pressed?.click({ triggeredByAccelerator: true }, window);
  }
}

/** Source: electronjs.org/docs/latest/tutorial/keyboard-shortcuts, "Accelerators", as they are on Linux. */
function isPressed(accelerator: string, key: string, code: string, modifiers: readonly string[]): boolean {
  const parts = accelerator.split('+');
  const last = parts.pop() ?? '';
  const names = { CmdOrCtrl: 'ctrlKey', CommandOrControl: 'ctrlKey', Ctrl: 'ctrlKey', Control: 'ctrlKey' } as const;
  const others = { Shift: 'shiftKey', Alt: 'altKey', Meta: 'metaKey', Super: 'metaKey' } as const;
  const wanted = parts.map((part) => ({ ...names, ...others })[part as keyof typeof names] ?? part);
  const sameKey = last.toLowerCase() === key.toLowerCase() || code === `Key${last}` || code === `Digit${last}`;
  return sameKey && wanted.length === modifiers.length && wanted.every((name) => modifiers.includes(name));
}
