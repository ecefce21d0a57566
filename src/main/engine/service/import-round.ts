import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { createConfigStorages } from '../remotecache/config-key-storage.ts';
import { MAX_DOCUMENT_BYTES } from '../remotecache/document-reader.ts';
import { parsePacked, unpackConfigSlowly } from '../remotecache/parse.ts';
import { withoutLayerAnnotations } from '../remotecache/s3-manifest.ts';
import { createCacheManager } from '../solver/cache-manager.ts';
import type { CacheManager } from '../solver/types.ts';
import type { CacheService } from './cache-service.ts';

/** The merged cache of a service, as it was at one moment. */
export interface ImportedCache {
  readonly config: CacheConfig;
  /** One for each layer of the config; digests may repeat. */
  readonly descriptors: readonly Descriptor[];
  /** Of the bytes that came. */
  readonly digest: string;
  readonly size: number;
}

/**
 * Reads what a service has for everybody.
 * @throws `CORRUPT` and `INVALID_INPUT` naming the field of the config, and as `CacheService`
 */
export async function importRound(service: CacheService, signal?: AbortSignal): Promise<ImportedCache> {
  const hash = createHash('sha256');
  let size = 0;
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of service.importCache({ signal })) {
      size += chunk.length;
      if (size > MAX_DOCUMENT_BYTES) {
        throw new CacheError('INVALID_INPUT', `The service sends more than ${MAX_DOCUMENT_BYTES / 2 ** 20} MiB.`, {
          subject: service.location,
          hint: 'Give the service a smaller budget, or remove what nobody uses.',
        });
      }
      hash.update(chunk);
      yield chunk;
    }
  };
  const packed = await parsePacked(hashed(), signal ? { signal } : {});
  const bare = withoutLayerAnnotations(await unpackConfigSlowly(packed));
  return { ...bare, digest: `sha256:${hash.digest('hex')}`, size };
}

/** A manager over what was imported. Every layer that the service names is taken to be there. */
export function managerOf({ config, descriptors }: ImportedCache): CacheManager {
  const { keys, results } = createConfigStorages(config, descriptors, { has: () => true });
  return createCacheManager({ id: 'enginecache', keys, results });
}
