import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { buildIcons } from './icons.ts';

let folder: string;
let svg: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-icons-'));
  svg = await readFile(join(PROJECT_FOLDER, 'src/renderer/app/icon.svg'), 'utf8');
  await buildIcons(svg, folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Width and height stand behind the signature and the head of the first chunk (PNG, 11.2.2). */
const edges = (png: Buffer): [number, number] => [png.readUInt32BE(16), png.readUInt32BE(20)];
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

it('draws every size that Linux looks for, each as large as its name says', async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png'));
  const sizes = names.map((name) => Number(/^\d+/.exec(name)?.[0])).sort((a, b) => a - b);
  expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256, 512]);
  for (const size of sizes) {
    const png = await readFile(join(folder, `${size}x${size}.png`));
    expect(png.subarray(0, 8)).toEqual(PNG);
    expect(edges(png)).toEqual([size, size]);
  }
});

it('gives Windows one file with every size, the largest of 256 pixels', async () => {
  // Icon directory: reserved, type 1, count, then 16 bytes for each; 256 is written as 0.
  const ico = await readFile(join(folder, 'icon.ico'));
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
  const count = ico.readUInt16LE(4);
  expect(Array.from({ length: count }, (_, n) => ico.readUInt8(6 + n * 16) || 256)).toEqual([
    16, 20, 24, 32, 40, 48, 64, 256,
  ]);
});

it('gives macOS one file with every element, with the margin of its template', async () => {
  const icns = await readFile(join(folder, 'icon.icns'));
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  const elements = new Map<string, Buffer>();
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    elements.set(icns.toString('latin1', at, at + 4), icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)));
  }
  expect([...elements.keys()].sort()).toEqual([
    'ic04',
    'ic05',
    'ic07',
    'ic08',
    'ic09',
    'ic10',
    'ic11',
    'ic12',
    'ic13',
    'ic14',
  ]);
  const largest = elements.get('ic10');
  expect(largest && edges(largest)).toEqual([1024, 1024]);
  // The same drawing without the margin is another picture of the same size.
  expect(elements.get('ic08')).not.toEqual(await readFile(join(folder, '256x256.png')));
});

it('refuses a drawing that it could not put a margin around', async () => {
  await expect(buildIcons(svg.replace('0 0 32 32', '0 0 32 16'), folder)).rejects.toThrow('square viewBox');
});
