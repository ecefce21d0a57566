import { resolve } from 'node:path';
import { CacheError } from '../../shared/base/errors.ts';
import { isRegistryLocation, isS3Location } from '../../shared/oci/location.ts';
import { formatS3Address, parseS3Address } from '../../shared/oci/s3-address.ts';
import { BottleFileCache } from '../adapters/file/bottle-file-cache.ts';
import { createS3Connector } from '../adapters/s3/client.ts';
import { S3LayerStore } from '../adapters/s3/layer-store.ts';
import type { SizedLayerStore } from '../engine/ports/layer-store.ts';
import type { S3LayerStoreConfig } from '../engine/service/types.ts';
import { createMoteLayerStore } from '../engine/store/mote-layer-store.ts';
import { writablePath } from './local-path.ts';

/** Where a service keeps layers, and what it tells builders of it. */
export interface ServiceStore {
  /** Without credentials. */
  readonly location: string;
  readonly layers: SizedLayerStore;
  /** Builders push to S3 themselves; without it they push to the service. */
  readonly s3: S3LayerStoreConfig | undefined;
}

/**
 * Opens the layer store of a service: `s3://BUCKET/PREFIX` or the path of a folder, which is made.
 * @throws `INVALID_INPUT` for what is neither
 */
export async function openServiceStore(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ServiceStore> {
  if (isRegistryLocation(text)) {
    throw new CacheError('INVALID_INPUT', 'A service cannot keep its layers in a registry.', {
      subject: '--store',
      hint: 'Registries delete layers that no manifest names. Keep them in a folder or in s3://, and give the registry to --publish.',
    });
  }
  if (isS3Location(text)) {
    const address = parseS3Address(text);
    const s3: S3LayerStoreConfig = {
      bucket: address.bucket,
      region: address.region,
      endpointURL: address.endpoint,
      usePathStyle: address.pathStyle,
      blobsPrefix: address.prefix + address.blobsPrefix,
    };
    return {
      location: formatS3Address(address),
      layers: new S3LayerStore(s3, { connect: createS3Connector({ environment }) }),
      s3,
    };
  }
  const folder = resolve(writablePath(text));
  const motes = new BottleFileCache(folder);
  await motes.initialize();
  return { location: folder, layers: createMoteLayerStore(motes), s3: undefined };
}
