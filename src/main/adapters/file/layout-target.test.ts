import { describeCacheTarget, type TargetPlace } from '../../engine/ports/cache-target.suite.ts';
import { createLayoutTarget } from '../../engine/transfer/layout-target.ts';
import { createOciLayoutSource } from '../oci-layout/source.ts';
import { createStoreOpener } from './store-opener.ts';
import { createTestFolder, startOn } from './testing/store-folder.ts';

async function inFolder(
  open: (path: string) => Promise<Parameters<typeof createLayoutTarget>[0]>,
): Promise<TargetPlace> {
  const folder = await createTestFolder();
  const path = folder.at('target');
  return {
    open: async () => createLayoutTarget(await open(path)),
    source: async ({ location }) => createOciLayoutSource(location),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describeCacheTarget('a layout in a folder', () =>
  inFolder(async (path) => {
    const layout = await createStoreOpener().openLayout(path, { create: true });
    if (!layout) throw new Error(`no layout at ${path}`);
    return layout;
  }),
);
describeCacheTarget('a managed store', () => inFolder((path) => startOn(path)));
