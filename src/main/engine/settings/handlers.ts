import type { Implementer } from '../implementer.ts';
import type { SharedLayerInfo } from '../layer-info/shared-layer-info.ts';

/** `settings` of the contract. */
export function createSettingsHandlers(os: Implementer['settings'], layerInfo: SharedLayerInfo) {
  return {
    layerInfo: os.layerInfo.handler(() => {
      layerInfo.connect();
      return layerInfo.status();
    }),
    watch: os.watch.handler(({ signal }) => layerInfo.watch(signal)),
    setLayerInfo: os.setLayerInfo.handler(async ({ input }) => {
      await layerInfo.setUrl(input.url.trim());
      return layerInfo.status();
    }),
  };
}
