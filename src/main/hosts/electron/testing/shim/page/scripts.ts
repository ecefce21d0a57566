import { createCodec } from './codec.ts';
import { createCrossing } from './crossing.ts';
import { isolatedWorld } from './isolated-world.ts';
import { mainWorld } from './main-world.ts';
import { createPortCarrier } from './port-carrier.ts';

/** Name of the preload's world, as Electron calls it in its own inspector. */
export const WORLD = 'Electron Isolated Context';
export const BINDING = 'electronShimSend';
export const RECEIVE = 'electronShimReceive';

/** Sources of the two scripts that run in each document before its own. The functions are plain JavaScript when they get here. */
export function pageScripts(preload: string | undefined): { readonly main: string; readonly isolated: string } {
  const shared = `createCrossing: ${createCrossing}`;
  const [one, two] = ['"electron-shim-page"', '"electron-shim-preload"'];
  return {
    main: `(${mainWorld})({ ${shared}, own: ${one}, other: ${two} });`,
    isolated: `(${isolatedWorld})({
      ${shared}, own: ${two}, other: ${one},
      createCodec: ${createCodec}, createPortCarrier: ${createPortCarrier},
      binding: "${BINDING}", receive: "${RECEIVE}",
      preload: ${preload === undefined ? 'undefined' : `function (require, module, exports) {${preload}\n}`},
    });`,
  };
}
