import { EventEmitter } from 'node:events';
import type { Electron } from '../../electron-api.ts';
import { app, preventable } from './app.ts';
import { awaitNextLoad, loadFailure } from './await-load.ts';
import type { DevToolsSession } from './devtools.ts';
import { answerFilePaths } from './file-paths.ts';
import { ipcMain } from './ipc-main.ts';
import { MessagePortMain } from './message-ports.ts';
import { PageChannel } from './page-channel.ts';
import { type FirstBounds, openPage, type PageTarget } from './page-target.ts';
import { holdRequests } from './requests.ts';
import { chromium } from './running.ts';
import { origins } from './schemes.ts';
import { decidePermissions } from './session.ts';
import { WebFrame } from './web-frame.ts';

type OpenHandler = (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse;

const all = new Map<string, WebContents>();
let lastId = 0;

/** What a window does when its contents ask for it. */
export interface ContentsOwner {
  pressed(key: string, code: string, modifiers: readonly string[]): void;
  closed(): void;
}

/**
 * The page of a window. It is there at once, its target in Chromium a little later: what is asked meanwhile waits.
 * Source: electronjs.org/docs/latest/api/web-contents.
 */
export class WebContents extends EventEmitter {
  readonly id: number;
  readonly target: Promise<PageTarget>;
  #channel: PageChannel | undefined;
  #frame = new WebFrame('');
  #isDestroyed = false;
  #isLoading = false;
  /** From the wish of the program to load a page until the page before it is left. */
  #isLeaving = false;
  #showsError = false;
  #hasStarted = false;
  #openHandler: OpenHandler | undefined;
  /** Frames that a page wants to navigate, and where to: what the program itself loads asks nobody. */
  readonly #wanted = new Map<string, string>();

  constructor(preload: string | undefined, bounds: FirstBounds, owner: ContentsOwner) {
    super();
    lastId += 1;
    this.id = lastId;
    this.target = chromium.then((running) =>
      openPage(running, preload, bounds, (session, frameId) => this.#listen(session, frameId, owner)),
    );
    this.target.then(
      ({ targetId, browser }) => {
        all.set(targetId, this);
        browser.on('Target.targetDestroyed', (gone) => gone.targetId === targetId && owner.closed());
        browser.on('Target.targetCreated', ({ targetInfo }) => {
          if (targetInfo.type === 'page' && targetInfo.openerId === targetId) this.#refusePopup(browser, targetInfo);
        });
      },
      (error: unknown) => process.stderr.write(`The window could not be opened: ${error}\n`),
    );
    // "Emitted when a new webContents is created": after the object, before anything in it.
    queueMicrotask(() => undefined);
    app.emit('web-contents-created', {}, this);
  }

  /** For other DevTools clients, which know a page by its target. */
  static fromDevToolsTargetId(targetId: string): WebContents | undefined {
    return all.get(targetId);
  }
  static getAllWebContents(): WebContents[] {
    return [...all.values()];
  }

  get mainFrame(): WebFrame {
    this.#alive();
    return this.#frame;
  }

  getURL(): string {
    this.#alive();
    return this.#frame.url;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }
  isLoading(): boolean {
    this.#alive();
    return this.#isLoading;
  }

  loadURL(address: string): Promise<void> {
    this.#alive();
    const loaded = awaitNextLoad(this, address);
    // electron/lib/browser/api/web-contents.ts: "Add a no-op rejection handler to silence the unhandled rejection error."
    loaded.catch(() => undefined);
    void this.#navigate(address);
    return loaded;
  }

  reload(): void {
    this.#alive();
    this.#ask((session) => session.send('Page.reload'));
  }

  /** Nobody gets what is sent before a page has loaded: there is no preload that could listen. */
  send(channel: string, ...args: unknown[]): void {
    this.#alive();
    this.#channel?.send(channel, args);
  }

  postMessage(channel: string, message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    this.#alive();
    this.#channel?.send(channel, [message], MessagePortMain.take(transfer));
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#alive();
    this.#openHandler = handler;
  }

  async executeJavaScript(code: string): Promise<unknown> {
    this.#alive();
    const { session } = await this.target;
    const answer = await session.send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? 'Script failed');
    return answer.result.value;
  }

  forcefullyCrashRenderer(): void {
    this.#alive();
    this.#ask((session) => session.send('Page.crash'));
  }

  /** `beforeunload` is asked by the window; a page that is closed for good is gone. */
  close(): void {
    this.target
      .then(({ browser, targetId }) => browser.send('Target.closeTarget', { targetId }))
      .catch(() => undefined);
  }

  /** To be called when the page is gone: from here on every use is an error. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#channel?.end();
    this.#frame.dispose();
    for (const [targetId, contents] of all) if (contents === this) all.delete(targetId);
    this.emit('destroyed');
  }

  #alive(): void {
    // electron/shell/common/gin_helper: what every method of a dead object throws.
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
  }

  #ask(what: (session: DevToolsSession) => Promise<unknown>): void {
    this.target.then(({ session }) => what(session)).catch(() => undefined);
  }

  async #navigate(address: string): Promise<void> {
    this.#isLeaving = true;
    try {
      const { session, browser } = await this.target;
      await decidePermissions(browser, this as never, address);
      const { errorText } = await session.send('Page.navigate', { url: origins.toChromium(address) });
      if (errorText !== undefined) this.#fail(errorText, address);
    } catch {
      if (!this.#isDestroyed) this.#fail('net::ERR_FAILED', address);
    } finally {
      this.#isLeaving = false;
    }
  }

  #fail(text: string, address: string): void {
    const { errorCode, errorDescription, url } = loadFailure(text, address);
    this.emit('did-fail-load', {}, errorCode, errorDescription, url, true);
    this.#isLoading = false;
    this.emit('did-stop-loading');
  }

  async #listen(session: DevToolsSession, frameId: string, owner: ContentsOwner): Promise<void> {
    this.#channel = new PageChannel(session, frameId, {
      document: (address) => {
        this.#frame.dispose();
        this.#frame = new WebFrame(origins.fromChromium(address));
      },
      send: (channel, args, ports) => {
        const wrapped = ports.map((port) => new MessagePortMain(port));
        const event = this.#event(wrapped);
        this.emit('ipc-message', event, channel, ...args);
        ipcMain.emit(channel, event, ...args);
      },
      invoke: (channel, args) => ipcMain.answer(channel, this.#event([]) as never, args),
      key: (key, code, modifiers) => owner.pressed(key, code, modifiers),
    });
    const isMain = ({ frameId: id }: { readonly frameId: string }): boolean => id === frameId;
    session.on('Page.frameRequestedNavigation', ({ frameId: id, url }) => this.#wanted.set(id, url));
    session.on('Page.frameStartedLoading', (event) => {
      // The blank page that a window begins with is no load of the program.
      if (!isMain(event) || !this.#hasStarted) return;
      this.#isLoading = true;
      this.emit('did-start-loading');
    });
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId !== undefined) return;
      this.#isLeaving = false;
      this.#showsError = frame.unreachableUrl !== undefined;
      if (!this.#showsError) this.emit('did-navigate', {}, origins.fromChromium(frame.url), 200, 'OK');
    });
    session.on('Page.navigatedWithinDocument', (event) => {
      if (!isMain(event)) return;
      const address = origins.fromChromium(event.url);
      this.#frame.move(address);
      this.emit('did-navigate-in-page', {}, address, true);
    });
    session.on('Page.domContentEventFired', () => this.#isShown() && this.emit('dom-ready', {}));
    session.on('Page.loadEventFired', () => this.#isShown() && this.emit('did-finish-load'));
    session.on('Page.frameStoppedLoading', (event) => {
      if (!isMain(event) || !this.#hasStarted || this.#showsError) return;
      // The end of the page before comes late; a load that is under way goes on.
      if (this.#isLeaving) return;
      this.#isLoading = false;
      this.emit('did-stop-loading');
    });
    session.on('Inspector.targetCrashed', () => {
      this.#channel?.end();
      const details = { reason: 'crashed', exitCode: 5 };
      this.emit('render-process-gone', {}, details);
      app.emit('render-process-gone', {}, this, details);
    });
    await session.send('Inspector.enable');
    await answerFilePaths(session);
    await holdRequests(session, (address, id) => this.#mayNavigate(address, id, frameId));
  }

  /** True where the page is one that the program asked for. */
  #isShown(): boolean {
    return this.#hasStarted && !this.#showsError;
  }

  /** True unless the program prevents what the page wants. */
  #mayNavigate(address: string, id: string, mainFrameId: string): boolean {
    const isMainFrame = id === mainFrameId;
    const wanted = this.#wanted.get(id);
    this.#wanted.delete(id);
    if (wanted !== undefined && origins.fromChromium(wanted) === address) {
      const details = { url: address, isMainFrame, isSameDocument: false };
      for (const name of ['will-frame-navigate', ...(isMainFrame ? ['will-navigate'] : [])]) {
        const event = Object.assign(preventable(), details);
        this.emit(name, event, address);
        if (event.defaultPrevented) return false;
      }
    }
    if (isMainFrame) this.#hasStarted = true;
    if (isMainFrame) this.emit('did-start-navigation', {}, address, false, true);
    return true;
  }

  /** The shim shows no second window for a page: a program that allows one is told so. */
  #refusePopup(browser: DevToolsSession, { targetId, url }: { readonly targetId: string; readonly url: string }): void {
    const details = { url: origins.fromChromium(url), frameName: '', features: '', disposition: 'foreground-tab' };
    const answer = this.#openHandler?.(details as Electron.HandlerDetails);
    if (answer?.action !== 'deny') process.stderr.write(`The shim opens no window for ${url}\n`);
    browser.send('Target.closeTarget', { targetId }).catch(() => undefined);
  }

  #event(ports: readonly MessagePortMain[]) {
    const frame = this.#frame;
    const sender = this as WebContents;
    return Object.assign(preventable(), {
      type: 'frame' as const,
      frameId: frame.routingId,
      processId: frame.processId,
      sender,
      ports,
      reply: (channel: string, ...args: unknown[]) => sender.send(channel, ...args),
      // "May be null if accessed after the frame has either navigated or been destroyed."
      get senderFrame(): WebFrame | null {
        return frame.isDestroyed() ? null : frame;
      },
    });
  }
}
