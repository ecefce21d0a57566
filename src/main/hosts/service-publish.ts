import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isS3Location } from '../../shared/oci/location.ts';
import { formatS3Address, parseS3Address } from '../../shared/oci/s3-address.ts';
import { createStoreOpener } from '../adapters/file/store-opener.ts';
import { createDockerCredentialSource } from '../adapters/registry/docker-credentials.ts';
import { createRepositoryOpener } from '../adapters/registry/open-repository.ts';
import { createS3Connector } from '../adapters/s3/client.ts';
import { createHashPool } from '../adapters/workers/hash-pool.ts';
import type { LayerStore } from '../engine/ports/layer-store.ts';
import { marshalCacheConfig } from '../engine/remotecache/marshal.ts';
import { withLayerAnnotations } from '../engine/remotecache/s3-manifest.ts';
import { createImportedSource, TEAM_REF } from '../engine/service/imported-source.ts';
import type { MergedCache } from '../engine/service/merged-cache.ts';
import { transferCaches } from '../engine/transfer/transfer.ts';
import { writablePath } from './local-path.ts';
import { createTargetOpener } from './target-opener.ts';

/** Writes a merged cache to places that builds import from. */
export interface PublishTargets extends AsyncDisposable {
  /** Writes it to every place that does not have it yet. @returns the location of each, and what went wrong there */
  write(cache: MergedCache): Promise<readonly { readonly location: string; readonly error: unknown }[]>;
}

/**
 * Opens places to publish to: `s3://BUCKET/PREFIX?name=main;next`, `docker://HOST/REPOSITORY:TAG`, a folder. Layers are
 * there before what names them; the name switches last, so that a build sees the cache before or the one after.
 * @throws `INVALID_INPUT` for what is none of them
 */
export async function openPublishTargets(
  texts: readonly string[],
  layers: LayerStore,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PublishTargets> {
  const hasher = createHashPool();
  const opener = createTargetOpener({
    stores: createStoreOpener({ pathOf: writablePath, hasher }),
    registry: {
      repositories: createRepositoryOpener(
        createDockerCredentialSource(environment.DOCKER_CONFIG ?? join(homedir(), '.docker')),
      ),
    },
    s3: { connect: createS3Connector({ environment }) },
  });
  const places = texts.flatMap(namedPlaces);
  const locations = await Promise.all(places.map((to) => opener.locate(to)));
  const written = new Map<string, string>();

  return {
    async write(cache) {
      if (cache.descriptors.length === 0) return [];
      const hash = createHash('sha256');
      let size = 0;
      for (const piece of marshalCacheConfig(withLayerAnnotations(cache))) {
        hash.update(piece);
        size += piece.length;
      }
      const digest = `sha256:${hash.digest('hex')}`;
      const answers = [];
      for (const [at, to] of places.entries()) {
        const location = locations[at] ?? to;
        if (written.get(location) === digest) continue;
        try {
          await transferCaches({
            source: createImportedSource({ ...cache, digest, size }, layers, 'service'),
            openTarget: async () => (await opener.open(to, { create: true })) ?? expectTarget(),
            options: { mode: 'max', replace: true },
          });
          written.set(location, digest);
          answers.push({ location, error: undefined });
        } catch (error) {
          answers.push({ location, error });
        }
      }
      return answers;
    },
    [Symbol.asyncDispose]: () => hasher[Symbol.asyncDispose](),
  };
}

/** An address for each of the names that one has. */
function namedPlaces(text: string): string[] {
  if (!isS3Location(text)) return [text];
  const address = parseS3Address(text);
  const names = address.names.length === 0 ? [TEAM_REF] : address.names;
  return names.map((name) => formatS3Address({ ...address, names: [name] }));
}

function expectTarget(): never {
  throw new TypeError('a target that is to be made was not');
}
