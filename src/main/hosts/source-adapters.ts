import { duListingAdapter } from '../adapters/du-listing/source.ts';
import { storeAdapter } from '../adapters/file/store-adapter.ts';
import { ociLayoutAdapter, ociTarAdapter, openLayoutFolder } from '../adapters/oci-layout/index.ts';
import type { RegistrySourceOptions } from '../adapters/registry/source.ts';
import { registryAdapter } from '../adapters/registry/source-adapter.ts';
import type { S3Connector } from '../adapters/s3/client.ts';
import { s3Adapter } from '../adapters/s3/source-adapter.ts';
import { stateFolderAdapter } from '../adapters/state-folder/index.ts';
import type { SourceAdapter } from '../engine/ports/source-adapter.ts';

/** What the sources that are not files need. */
export interface SourceAdapterOptions {
  readonly registry: RegistrySourceOptions;
  readonly s3: S3Connector;
}

/** Every kind of source there is. The first that opens a location has it: a store is a layout too, and comes before it. */
export function sourceAdapters({ registry, s3 }: SourceAdapterOptions): readonly SourceAdapter[] {
  return [
    registryAdapter(registry),
    s3Adapter(s3),
    stateFolderAdapter,
    duListingAdapter,
    storeAdapter(openLayoutFolder),
    ociLayoutAdapter,
    ociTarAdapter,
  ];
}
