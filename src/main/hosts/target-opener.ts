import { isRegistryLocation } from '../../shared/oci/location.ts';
import {
  createRegistryTarget,
  parseRegistryPlace,
  type RegistryTargetOptions,
  registryLocation,
} from '../adapters/registry/target.ts';
import type { TargetOpener } from '../engine/ports/cache-target.ts';
import type { StoreOpener } from '../engine/ports/managed-store.ts';
import { createLayoutTarget } from '../engine/transfer/layout-target.ts';

/** What targets are opened with. */
export interface TargetOpenerOptions {
  readonly stores: StoreOpener;
  readonly registry: RegistryTargetOptions;
}

/** Every kind of target there is, behind one door. */
export function createTargetOpener({ stores, registry }: TargetOpenerOptions): TargetOpener {
  return {
    locate: async (to) => (isRegistryLocation(to) ? registryLocation(parseRegistryPlace(to)) : stores.locate(to)),
    async open(to, options) {
      if (isRegistryLocation(to)) return createRegistryTarget(parseRegistryPlace(to), registry);
      const layout = await stores.openLayout(to, options);
      return layout && createLayoutTarget(layout);
    },
  };
}
