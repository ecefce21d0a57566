// Draws the program's icons, in the sizes and containers that each system wants, from the one SVG that the window uses too.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { IconIcns, IconIco } from '@shockpkg/icon-encoder';

/** The sizes of the hicolor icon theme. 512 serves the large previews of software centres. */
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512] as const;

/** The sizes that Explorer and the taskbar choose from, at 100 % to 400 %. */
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 256] as const;

/** Type of each element of an `.icns`, in the order of Apple's `iconutil`, and its edge in pixels. */
const MAC_ELEMENTS = [
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic04', 16],
  ['ic14', 512],
  ['ic09', 512],
  ['ic05', 32],
  ['ic10', 1024],
  ['ic11', 32],
] as const;

/** The share of its canvas that the shape of a macOS icon fills: 824 of 1,024 pixels, says Apple's template. */
const MAC_SHARE = 824 / 1024;

/** Draws `svg` into `folder`: `SIZExSIZE.png` for Linux, `icon.ico` for Windows, `icon.icns` for macOS. */
export async function buildIcons(svg: string, folder: string): Promise<void> {
  await startRenderer();
  await mkdir(folder, { recursive: true });
  for (const size of LINUX_SIZES) await writeFile(join(folder, `${size}x${size}.png`), draw(svg, size));
  const ico = new IconIco();
  for (const size of WINDOWS_SIZES) await ico.addFromPng(draw(svg, size));
  await writeFile(join(folder, 'icon.ico'), ico.encode());
  const icns = new IconIcns();
  const inset = withMargin(svg);
  for (const [type, size] of MAC_ELEMENTS) await icns.addFromPng(draw(inset, size), [type]);
  await writeFile(join(folder, 'icon.icns'), icns.encode());
}

let started: Promise<void> | undefined;
function startRenderer(): Promise<void> {
  started ??= readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')).then(initWasm);
  return started;
}

function draw(svg: string, size: number): Uint8Array {
  return new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng();
}

/**
 * The drawing with the empty margin that macOS wants around it.
 * @throws when the SVG has no square `viewBox` that starts at 0
 */
function withMargin(svg: string): string {
  const found = /viewBox="0 0 (\d+) (\d+)"/.exec(svg);
  const edge = Number(found?.[1]);
  if (!found || edge !== Number(found[2])) throw new Error('The icon needs a square viewBox that starts at 0 0.');
  const margin = (edge / MAC_SHARE - edge) / 2;
  return svg.replace(found[0], `viewBox="${-margin} ${-margin} ${edge / MAC_SHARE} ${edge / MAC_SHARE}"`);
}
