import { isRegistryLocation, isS3Location } from '../../shared/oci/location.ts';
import { formatS3Address, parseS3Address } from '../../shared/oci/s3-address.ts';
import {
  createRegistryTarget,
  parseRegistryPlace,
  type RegistryTargetOptions,
  registryLocation,
} from '../adapters/registry/target.ts';
import { createS3Target, type S3TargetOptions } from '../adapters/s3/target.ts';
import type { TargetOpener } from '../engine/ports/cache-target.ts';
import type { StoreOpener } from '../engine/ports/managed-store.ts';
import { createLayoutTarget } from '../engine/transfer/layout-target.ts';

/** What targets are opened with. */
export interface TargetOpenerOptions {
  readonly stores: StoreOpener;
  readonly registry: RegistryTargetOptions;
  readonly s3: S3TargetOptions;
}

/** Every kind of target there is, behind one door. */
export function createTargetOpener({ stores, registry, s3 }: TargetOpenerOptions): TargetOpener {
  return {
    async locate(to) {
      if (isRegistryLocation(to)) return registryLocation(parseRegistryPlace(to));
      return isS3Location(to) ? formatS3Address(parseS3Address(to)) : stores.locate(to);
    },
    async open(to, options) {
      if (isRegistryLocation(to)) return createRegistryTarget(parseRegistryPlace(to), registry);
      if (isS3Location(to)) return createS3Target(parseS3Address(to), s3);
      const layout = await stores.openLayout(to, options);
      return layout && createLayoutTarget(layout);
    },
  };
}
