import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitWindowState, readWindowState, type WindowState, writeWindowState } from './window-state.ts';

const SCREENS = [
  { x: 0, y: 0, width: 1920, height: 1040 },
  { x: 1920, y: 200, width: 1280, height: 984 },
];

describe('fitting', () => {
  const cases: readonly (readonly [string, Partial<WindowState>, Partial<WindowState>])[] = [
    ['keeps what fits', { x: 100, y: 50, width: 900, height: 700 }, { x: 100, y: 50, width: 900, height: 700 }],
    ['keeps a place on the second screen', { x: 2000, y: 300, width: 800, height: 600 }, { x: 2000, y: 300 }],
    ['lets go of a screen that is gone', { x: 4000, y: 0, width: 800, height: 600 }, { x: undefined, y: undefined }],
    ['lets go of a title bar above the screen', { x: 0, y: -40, width: 800, height: 600 }, { x: undefined }],
    ['lets go of a sliver at the edge', { x: 3150, y: 300, width: 800, height: 600 }, { x: undefined }],
    ['shrinks to the screen', { x: 0, y: 0, width: 9000, height: 9000 }, { width: 1920, height: 1040 }],
    ['grows to the least', { x: 0, y: 0, width: 10, height: 10 }, { width: 640, height: 480 }],
    ['stays maximized', { maximized: true }, { maximized: true }],
  ];
  it.each(cases)('%s', (_name, given, expected) => {
    const fitted = fitWindowState({ version: 1, width: 900, height: 700, maximized: false, ...given }, SCREENS);
    expect({ ...fitted, x: fitted.x, y: fitted.y }).toMatchObject(expected);
  });

  it('always gives a window that can be grabbed', () => {
    const n = fc.integer({ min: -70_000, max: 70_000 });
    const size = fc.integer({ min: 1, max: 32_768 });
    fc.assert(
      fc.property(n, n, size, size, (x, y, width, height) => {
        const at = fitWindowState({ version: 1, x, y, width, height, maximized: false }, SCREENS);
        const { x: left, y: top } = at;
        if (left === undefined || top === undefined) return at.width <= 1920;
        return SCREENS.some(
          (s) => left + at.width > s.x + 100 && left < s.x + s.width - 100 && top >= s.y && top < s.y + s.height,
        );
      }),
    );
  });
});

describe('keeping', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachewright-window-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads what it wrote', async () => {
    const file = join(folder, 'deep/window.json');
    const state: WindowState = { version: 1, x: 1, y: 2, width: 800, height: 600, maximized: true };
    await writeWindowState(file, state);
    expect(await readWindowState(file)).toEqual(state);
    expect(await readFile(file, 'utf8')).toBe(`${JSON.stringify(state)}\n`);
  });

  it.each([
    '',
    '{',
    'null',
    '{"version":2,"width":1,"height":1,"maximized":true}',
    '{"version":1,"width":-5,"height":1e9}',
  ])('starts anew for %j', async (text) => {
    const file = join(folder, 'window.json');
    await writeFile(file, text);
    expect(await readWindowState(file)).toEqual({ version: 1, width: 1280, height: 800, maximized: false });
  });

  it('does not fail where it cannot write', async () => {
    await expect(
      writeWindowState(join(folder, 'window.json/not-a-folder.json'), await readWindowState('/none')),
    ).resolves.toBeUndefined();
  });
});
