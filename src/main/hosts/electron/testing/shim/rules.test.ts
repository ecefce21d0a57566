import { describe, expect, it } from 'vitest';
import { hasChromium, LIMIT_MS, runApp } from './run-app.ts';

// The shim obeys Electron where that is awkward: each test is a small program that a wrong shim would let through.

describe.skipIf(!hasChromium)(
  'a program on the shim (needs the package chromium)',
  { timeout: LIMIT_MS + 20_000 },
  () => {
    it('never gets ready while its entry awaits that at its top level', async () => {
      const { lines } = await runApp({
        'main.js': `
        import { app } from 'electron';
        setTimeout(() => { console.log('ready:', app.isReady()); process.kill(process.pid, 'SIGKILL'); }, 4000);
        await app.whenReady();
        console.log('got ready');`,
      });
      expect(lines).toEqual(['ready: false']);
    });

    it('is refused what Electron refuses before and after it is ready, and quits in Electron’s order', async () => {
      const { lines, code } = await runApp({
        'main.js': `
        import { app, BrowserWindow, dialog, protocol, screen, session, utilityProcess } from 'electron';
        const scheme = [{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }];
        const refused = async (name, what) => {
          try { await what(); console.log(name, 'passes'); } catch { console.log(name, 'refused'); }
        };
        await refused('window', () => new BrowserWindow());
        await refused('fork', () => utilityProcess.fork('x.js'));
        await refused('session', () => session.defaultSession);
        await refused('screen', () => screen.getAllDisplays());
        await refused('dialog', () => dialog.showOpenDialog({}));
        await refused('handle', () => protocol.handle('app', () => new Response('')));
        await refused('scheme', () => protocol.registerSchemesAsPrivileged(scheme));
        for (const name of ['ready', 'before-quit', 'will-quit', 'quit']) app.on(name, () => console.log(name));
        let stays = true;
        app.on('will-quit', (event) => {
          if (!stays) return;
          stays = false;
          event.preventDefault();
          setTimeout(() => app.quit());
        });
        app.whenReady().then(async () => {
          await refused('scheme', () => protocol.registerSchemesAsPrivileged(scheme));
          await refused('sandbox', () => app.enableSandbox());
          app.quit();
        });
        console.log('evaluated');`,
      });
      const early = ['window', 'fork', 'session', 'screen', 'dialog', 'handle'].map((name) => `${name} refused`);
      expect(lines).toEqual([
        ...early,
        'scheme passes',
        'evaluated',
        'ready',
        'scheme refused',
        'sandbox refused',
        ...['before-quit', 'will-quit', 'before-quit', 'will-quit', 'quit'],
      ]);
      expect(code).toBe(0);
    });

    it('reaches its page by the rules of messages: cloned, in order, and only while somebody listens', async () => {
      const { lines, errors } = await runApp({
        'main.js': `
        import { app, BrowserWindow, ipcMain, protocol, session } from 'electron';
        import { join } from 'node:path';
        protocol.registerSchemesAsPrivileged([
          { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
        ]);
        ipcMain.handle('ask', (event, value) => {
          console.log('asked', event.senderFrame.url, event.senderFrame === event.sender.mainFrame, value instanceof Map);
          if (value.size === 0) throw new Error('empty');
          return { got: value.get('n') + 1n, at: new Date(0), none: undefined };
        });
        let frame;
        ipcMain.on('said', (event, text) => {
          console.log('said', text);
          frame ??= event.senderFrame;
        });
        ipcMain.on('port', ({ ports: [port] }) => {
          port.on('message', ({ data }) => { console.log('port', data); port.postMessage(new Uint8Array([data, 2])); });
          port.on('close', () => { console.log('port closed'); finish(); });
          port.start();
        });
        let window;
        async function finish() {
          await window.loadURL('app://tiny/second');
          console.log('old frame', frame.isDestroyed());
          await window.loadURL('app://tiny/blocked').catch((error) => console.log('load', error.code));
          window.on('closed', () => {
            for (const use of [() => window.webContents, () => window.focus(), () => window.getNormalBounds()]) {
              try { use(); console.log('alive'); } catch (error) { console.log(error.message); }
            }
          });
          window.close();
        }
        app.on('window-all-closed', () => { console.log('all closed'); app.quit(); });
        app.whenReady().then(() => {
          protocol.handle('app', ({ url }) => new Response(url, { headers: { 'content-type': 'text/html' } }));
          session.defaultSession.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: url.endsWith('blocked') }));
          window = new BrowserWindow({ webPreferences: { preload: join(import.meta.dirname, 'preload.cjs') } });
          window.webContents.send('early', 'lost');
          window.webContents.once('did-finish-load', () => window.webContents.send('late', 'arrives'));
          window.loadURL('app://tiny/');
        });`,
        'preload.cjs': `
        const { contextBridge, ipcRenderer } = require('electron');
        const said = (text) => ipcRenderer.send('said', text);
        try { require('node:fs'); said('fs is there'); } catch (error) { said(error.message); }
        said('process ' + typeof process + ', page ' + typeof window.fromPage);
        ipcRenderer.on('early', (event, text) => said('early ' + text));
        if (location.pathname === '/') ipcRenderer.on('late', async (event, text) => {
          said(text);
          try { ipcRenderer.send('said', () => 1); said('a function was cloned'); } catch (error) { said(error.message); }
          const { got, at, none } = await ipcRenderer.invoke('ask', new Map([['n', 1n]]));
          said(got + ' ' + at.getTime() + ' ' + none);
          await ipcRenderer.invoke('ask', new Map()).catch((error) => said(error.message));
          const { port1, port2 } = new MessageChannel();
          ipcRenderer.postMessage('port', undefined, [port2]);
          port1.onmessage = ({ data }) => { said(data.constructor.name + ' ' + data); port1.close(); };
          port1.postMessage(1);
        });
        contextBridge.exposeInMainWorld('tiny', { n: 1 });`,
      });
      expect(errors).not.toContain('Unable to load preload');
      expect(lines).toEqual([
        'said module not found: node:fs',
        'said process undefined, page undefined',
        'said arrives',
        'said An object could not be cloned.',
        'asked app://tiny/ true true',
        'said 2 0 undefined',
        'asked app://tiny/ true true',
        "said Error invoking remote method 'ask': Error: empty",
        'port 1',
        'said Uint8Array 1,2',
        'port closed',
        'said module not found: node:fs',
        'said process undefined, page undefined',
        'old frame true',
        'load ERR_BLOCKED_BY_CLIENT',
        ...Array.from({ length: 3 }, () => 'Object has been destroyed'),
        'all closed',
      ]);
    });

    it('gives a page what the preload exposes: frozen copies, functions both ways, promises and errors', async () => {
      const { lines } = await runApp({
        'main.js': `
        import { app, BrowserWindow, protocol } from 'electron';
        import { join } from 'node:path';
        protocol.registerSchemesAsPrivileged([
          { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
        ]);
        app.whenReady().then(async () => {
          protocol.handle('app', () => new Response('<p>page', { headers: { 'content-type': 'text/html' } }));
          const window = new BrowserWindow({ webPreferences: { preload: join(import.meta.dirname, 'preload.cjs') } });
          await window.loadURL('app://tiny/');
          const seen = await window.webContents.executeJavaScript(\`(async () => {
            let heard = [];
            const end = tiny.listen((text) => heard.push(text));
            tiny.say('one'); end(); tiny.say('two');
            const failed = await tiny.fails().catch((error) => error.message);
            let thrown; try { tiny.throws(); } catch (error) { thrown = error.message; }
            return JSON.stringify({ heard, sum: await tiny.add(1, 2), failed, thrown, n: tiny.deep.n,
              frozen: Object.isFrozen(tiny) && Object.isFrozen(tiny.deep), symbol: tiny.symbol === undefined,
              require: typeof require, path: tiny.pathOf(new File(['x'], 'made')), own: typeof window.hidden });
          })()\`);
          console.log(seen);
          app.quit();
        });`,
        'preload.cjs': `
        const { contextBridge, webUtils } = require('electron');
        window.hidden = 1;
        let listener;
        contextBridge.exposeInMainWorld('tiny', {
          listen: (given) => { listener = given; return () => { listener = undefined; }; },
          say: (text) => listener?.(text),
          add: async (a, b) => a + b,
          fails: async () => { throw new Error('no'); },
          throws: () => { throw new Error('never'); },
          deep: { n: 1 },
          symbol: Symbol('s'),
          pathOf: (file) => webUtils.getPathForFile(file),
        });`,
      });
      expect(JSON.parse(lines[0] ?? '{}')).toEqual({
        ...{ heard: ['one'], sum: 3, failed: 'no', thrown: 'never', n: 1 },
        ...{ frozen: true, symbol: true, require: 'undefined', path: '', own: 'undefined' },
      });
    });

    it('ends a second instance that quits before it is ready, and the first one hears its words', async () => {
      const { lines } = await runApp({
        'main.js': `
        import { app } from 'electron';
        import { spawn } from 'node:child_process';
        if (app.requestSingleInstanceLock()) {
          app.on('second-instance', (event, argv) => console.log('second', argv.at(-1)));
          app.whenReady().then(() => {
            const [program, ...words] = process.argv;
            spawn(program, [...words, 'word'], { stdio: 'ignore' }).on('exit', (code, signal) => {
              console.log('ended', code, signal);
              app.quit();
            });
          });
        } else app.quit();`,
      });
      expect(lines).toEqual(['second word', 'ended 0 null']);
    });

    it('shows each error that nobody catches, and stays, as Electron does', async () => {
      const { lines, errors } = await runApp({
        'main.js': `
        import { app } from 'electron';
        app.whenReady().then(() => { console.log('still ready'); app.exit(3); });
        throw new Error('in the entry');`,
      });
      expect(lines).toEqual(['still ready']);
      expect(errors).toContain('A JavaScript error occurred in the main process');
    });

    it('ends with Chromium, where that dies under it', async () => {
      const { code } = await runApp({
        'main.js': `
        import { app, BrowserWindow } from 'electron';
        import { readFileSync, readdirSync } from 'node:fs';
        app.whenReady().then(() => {
          new BrowserWindow();
          const parent = (pid) => readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' ')[1];
          const children = readdirSync('/proc').filter((pid) => {
            try { return /^[0-9]+$/.test(pid) && parent(pid) === String(process.pid); } catch { return false; }
          });
          for (const pid of children) process.kill(Number(pid), 'SIGKILL');
        });`,
      });
      expect(code).toBe(1);
    });
  },
);
