import { readFile } from 'node:fs/promises';
import type { Chromium } from './chromium.ts';
import type { DevToolsSession } from './devtools.ts';
import { BINDING, pageScripts, WORLD } from './page/scripts.ts';

/** A page of Chromium that stands for a window's contents. */
export interface PageTarget {
  readonly session: DevToolsSession;
  readonly browser: DevToolsSession;
  readonly targetId: string;
  readonly frameId: string;
  readonly windowId: number;
}

/** How a window begins, in device-independent pixels. */
export interface FirstBounds {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly width: number;
  readonly height: number;
}

/** Opens a window on `about:blank`, in which nothing of the program runs yet; the preload runs in every document after it. */
export async function openPage(
  chromium: Chromium,
  preload: string | undefined,
  { x, y, width, height }: FirstBounds,
  prepare: (session: DevToolsSession, frameId: string) => Promise<unknown>,
): Promise<PageTarget> {
  const { browser } = chromium.connection;
  const place = x === undefined || y === undefined ? {} : { left: x, top: y };
  const { targetId } = await browser.send('Target.createTarget', {
    url: 'about:blank',
    newWindow: true,
    width,
    height,
    ...place,
  });
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
  const session = chromium.connection.session(sessionId);
  const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId });
  const { frameTree } = await session.send('Page.getFrameTree');
  const frameId = frameTree.frame.id;
  const scripts = pageScripts(preload === undefined ? undefined : await readFile(preload, 'utf8'));
  await session.send('Page.enable');
  await session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.main });
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.isolated, worldName: WORLD });
  await prepare(session, frameId);
  await session.send('Runtime.enable');
  return { session, browser, targetId, frameId, windowId };
}
