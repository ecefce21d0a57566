import { implement } from '@orpc/server';
import { contract } from '../../../shared/contract/index.ts';
import type { LayerInfoStatus } from '../../../shared/model/settings.ts';

const os = implement(contract.settings);

/** `settings` of the contract: every address that is set is up at once. */
export function createFakeSettings() {
  const none = { hits: 0, misses: 0 };
  let status: LayerInfoStatus = { setBy: 'nobody', state: 'off', since: 0, memory: none, redis: none, local: none };
  let wake = (): void => {};
  return {
    layerInfo: os.layerInfo.handler(() => status),
    watch: os.watch.handler(async function* ({ signal }) {
      signal?.addEventListener('abort', () => wake());
      while (!signal?.aborted) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield status;
        await changed;
      }
    }),
    setLayerInfo: os.setLayerInfo.handler(({ input: { url } }) => {
      status =
        url === ''
          ? { ...status, setBy: 'nobody', state: 'off', url: undefined }
          : { ...status, setBy: 'setting', state: 'up', url };
      wake();
      return status;
    }),
  };
}
