import type { DevToolsSession } from './devtools.ts';

/**
 * Answers `webUtils.getPathForFile`, which must be there at once: the preload stands still at a `debugger` statement while
 * Chromium is asked for the path of the file that it holds.
 */
export async function answerFilePaths(session: DevToolsSession): Promise<void> {
  session.on('Debugger.paused', async ({ callFrames: [frame] }) => {
    try {
      if (!frame) return;
      const { callFrameId } = frame;
      const { result } = await session.send('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'file' });
      if (result.objectId === undefined) return;
      const { path } = await session.send('DOM.getFileInfo', { objectId: result.objectId });
      await session.send('Debugger.evaluateOnCallFrame', {
        callFrameId,
        expression: `answer.path = ${JSON.stringify(path)}`,
      });
    } catch {
      // A file that a script made has no path: it stays "".
    } finally {
      session.send('Debugger.resume').catch(() => undefined);
    }
  });
  await session.send('Debugger.enable');
}
