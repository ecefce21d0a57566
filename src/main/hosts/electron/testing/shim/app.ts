import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Electron, ElectronApi } from '../../electron-api.ts';
import { type InstanceLock, type SecondInstance, takeLock } from './single-instance.ts';
import { started } from './started.ts';

/** A window as far as quitting goes. */
export interface ClosableWindow {
  close(): void;
  destroy(): void;
}

/** An event whose default can be prevented. */
export function preventable(): { preventDefault(): void; readonly defaultPrevented: boolean } {
  let prevented = false;
  return {
    preventDefault: () => {
      prevented = true;
    },
    get defaultPrevented() {
      return prevented;
    },
  };
}

const endProcess = process.exit.bind(process);

/**
 * The life of the program. Order of events and what prevents what follow electron/shell/browser/browser.cc (`Quit`,
 * `NotifyAndShutdown`, `OnWindowAllClosed`) and electronjs.org/docs/latest/api/app.
 */
class App extends EventEmitter {
  readonly isPackaged = false;
  readonly commandLine = {
    hasSwitch: (name: string): boolean => started.has(name),
    getSwitchValue: (name: string): string => started.value(name) ?? '',
  };
  name = started.manifest.productName ?? started.manifest.name ?? 'Electron';
  readonly #windows = new Set<ClosableWindow>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #paths = new Map<string, string>();
  readonly #relaunches: Electron.RelaunchOptions[] = [];
  #isReady = false;
  #isQuitting = false;
  #isExiting = false;
  #isShutDown = false;
  #exitCode = 0;
  #lock: InstanceLock | undefined;
  #hasSandbox = false;
  #seconds: SecondInstance[] = [];
  /** Processes besides this one, and what `getAppMetrics` says of them. */
  readonly processes = new Map<ChildProcess, Pick<Electron.ProcessMetric, 'type' | 'serviceName' | 'name'>>();
  /** Ends what belongs to the program besides this process. */
  endChromium: () => Promise<void> = () => Promise.resolve();

  isReady(): boolean {
    return this.#isReady;
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** True when it has quit before it is ready: it only waits for that. */
  isShutDown(): boolean {
    return this.#isShutDown;
  }

  /** To be called when the entry has been evaluated and Chromium is there. `ready` comes even after an early `quit`. */
  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready', {}, {});
    // "This event is guaranteed to be emitted after the ready event of app gets emitted": `second-instance`.
    for (const second of this.#seconds.splice(0)) this.#announce(second);
    if (this.#isShutDown) void this.#end();
  }

  getName(): string {
    return this.name;
  }

  setName(name: string): void {
    this.name = name;
  }

  getVersion(): string {
    return started.manifest.version ?? '';
  }

  getAppPath(): string {
    return started.folder;
  }

  getPath(name: string): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    // Paths of Linux: electronjs.org/docs/latest/api/app#appgetpathname.
    if (name === 'appData') return process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
    if (name === 'userData') return started.value('user-data-dir') ?? join(this.getPath('appData'), this.name);
    if (name === 'home') return homedir();
    throw new Error(`Failed to get '${name}' path`);
  }

  setPath(name: string, path: string): void {
    // "If the path specifies a directory that does not exist, an Error is thrown."
    if (!existsSync(path)) throw new Error('Failed to set path');
    this.#paths.set(name, path);
  }

  requestSingleInstanceLock(): boolean {
    const own = { argv: process.argv, folder: process.cwd() };
    this.#lock ??= takeLock(this.getPath('userData'), own, (second) => {
      if (this.#isReady) this.#announce(second);
      else this.#seconds.push(second);
    });
    return this.#lock !== undefined;
  }

  releaseSingleInstanceLock(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** "Relaunches the app when the current instance exits", once for each call. */
  relaunch(options: Electron.RelaunchOptions = {}): void {
    this.#relaunches.push(options);
  }

  enableSandbox(): void {
    // electron/shell/browser/api/electron_api_app.cc
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
    this.#hasSandbox = true;
  }

  /**
   * True where Chromium runs without its sandbox: `enableSandbox` takes `--no-sandbox` back, whoever gave it, and then a
   * process of root refuses to start (`RemoveNoSandboxSwitch` in electron_api_app.cc, `BasicStartupComplete` in
   * electron/shell/app/electron_main_delegate.cc).
   */
  isUnsandboxed(): boolean {
    return started.has('no-sandbox') && !this.#hasSandbox;
  }

  /** For Windows only: it does nothing elsewhere. */
  setAppUserModelId(): void {}

  /** Without the figures. */
  getAppMetrics(): readonly object[] {
    return [...this.processes].map(([{ pid }, metric]) => ({ pid, ...metric }));
  }

  setAsDefaultProtocolClient(): boolean {
    // What a system does with links is not this process's to change.
    return true;
  }

  add(window: ClosableWindow): void {
    this.#windows.add(window);
  }

  remove(window: ClosableWindow): void {
    if (!this.#windows.delete(window) || this.#windows.size > 0) return;
    if (this.#isExiting) void this.#end();
    // Where `quit` closed them, `window-all-closed` is not emitted.
    else if (this.#isQuitting) this.#notifyAndShutDown();
    else if (!this.emit('window-all-closed')) this.quit();
  }

  /** A window that does not close cancels quitting. */
  closingCancelled(): void {
    this.#isQuitting = false;
  }

  quit(): void {
    if (this.#isQuitting) return;
    const event = preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this.#isQuitting = true;
    if (this.#windows.size === 0) this.#notifyAndShutDown();
    else for (const window of [...this.#windows]) window.close();
  }

  /** "before-quit and will-quit events will not be emitted", and windows are not asked. */
  exit(code = 0): void {
    this.#exitCode = code;
    this.#isExiting = true;
    this.#isQuitting = true;
    if (this.#windows.size === 0) void this.#end();
    else for (const window of [...this.#windows]) window.destroy();
  }

  #notifyAndShutDown(): void {
    if (this.#isShutDown) return;
    const event = preventable();
    this.emit('will-quit', event);
    if (event.defaultPrevented) {
      this.#isQuitting = false;
      return;
    }
    this.#isShutDown = true;
    // Before the message loop runs, its end is kept for later: `ready` comes first.
    if (this.#isReady) void this.#end();
  }

  async #end(): Promise<void> {
    this.#isShutDown = true;
    this.emit('quit', {}, this.#exitCode);
    await this.endChromium();
    this.releaseSingleInstanceLock();
    const [program = '', ...words] = process.argv;
    for (const { execPath = program, args = words } of this.#relaunches) {
      spawn(execPath, args, { detached: true, stdio: 'inherit' }).unref();
    }
    endProcess(this.#exitCode);
  }

  #announce({ argv, folder }: SecondInstance): void {
    this.emit('second-instance', {}, argv, folder, undefined);
  }
}

export const app = new App() as App & Pick<ElectronApi['app'], 'on'>;
