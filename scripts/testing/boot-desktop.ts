// Runs a bundled main process over a stand-in of Electron, which becomes ready only after the module has been evaluated, as
// Electron does. Prints as JSON what was called until the window loads its page, or until the program ends.
import { registerHooks } from 'node:module';
import { createStandIn } from '../../src/main/hosts/electron/testing/stand-in.ts';

const [, , bundle = '', appData = ''] = process.argv;
const electron = createStandIn({ appData });
Object.assign(globalThis, { standInElectron: electron.api });
const names = Object.keys(electron.api).join(', ');

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: 'stand-in:electron', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === 'stand-in:electron'
      ? { format: 'module', source: `export const { ${names} } = globalThis.standInElectron;`, shortCircuit: true }
      : next(url, context),
});

// A module that waits for `ready` while it is evaluated never gets past this line: Node ends with status 13.
await import(bundle);
electron.becomeReady();
while (!electron.calls.some(([name]) => name === 'window.loadURL' || name === 'app.exit')) {
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(JSON.stringify(electron.calls.map(([name]) => name)));
process.exit(0);
