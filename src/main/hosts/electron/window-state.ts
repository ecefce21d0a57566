import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const side = z.number().int().min(1).max(32_768);
const place = z.number().int().min(-65_536).max(65_536);

/** Where the window stood when it was closed. Screen coordinates, in device-independent pixels. */
const windowStateSchema = z.object({
  version: z.literal(1),
  x: place.optional(),
  y: place.optional(),
  width: side,
  height: side,
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;

/** A rectangle of a screen that windows may take. */
export interface WorkArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MIN_SIZE = { width: 640, height: 480 } as const;
const FIRST: WindowState = { version: 1, width: 1280, height: 800, maximized: false };

/** The kept state; the first-run size where there is none or it cannot be read. */
export async function readWindowState(file: string): Promise<WindowState> {
  try {
    return windowStateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return FIRST;
  }
}

/** Keeps it, in one step. A failure is none of the user's business: the window opens in its first-run size next time. */
export async function writeWindowState(file: string, state: WindowState): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, `${JSON.stringify(state)}\n`);
    await rename(`${file}.new`, file);
  } catch {
    // See above.
  }
}

/** How much of the title bar must be on some screen, so that the window can be moved. */
const GRIP = { width: 120, height: 32 } as const;

/**
 * The same state made to fit the screens of today: no larger than the screen it is on, and in the middle of the first
 * one where it would lie outside all of them.
 */
export function fitWindowState(state: WindowState, areas: readonly WorkArea[]): WindowState {
  const { x, y, maximized } = state;
  const [first] = areas;
  if (!first) return state;
  if (x !== undefined && y !== undefined) {
    for (const area of areas) {
      const size = sizeIn(area, state);
      if (holdsGrip(area, x, y, size.width)) return { version: 1, x, y, ...size, maximized };
    }
  }
  return { version: 1, ...sizeIn(first, state), maximized };
}

function sizeIn(area: WorkArea, { width, height }: WindowState): { width: number; height: number } {
  return {
    width: Math.min(Math.max(width, MIN_SIZE.width), area.width),
    height: Math.min(Math.max(height, MIN_SIZE.height), area.height),
  };
}

function holdsGrip(area: WorkArea, x: number, y: number, width: number): boolean {
  const wide = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return wide >= GRIP.width && y >= area.y && y + GRIP.height <= area.y + area.height;
}
