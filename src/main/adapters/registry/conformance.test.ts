import { afterAll, beforeAll, describe } from 'vitest';
import { parseRef } from '../../../shared/oci/reference.ts';
import { describeCacheTarget } from '../../engine/ports/cache-target.suite.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../../testing/registry-server.ts';
import { createRepositoryOpener } from './open-repository.ts';
import { createRegistrySource } from './source.ts';
import { createRegistryTarget, parseRegistryPlace } from './target.ts';

describe.runIf(hasRegistryServer())('with a registry', () => {
  let server: RegistryServer;
  let places = 0;
  beforeAll(async () => {
    server = await startRegistryServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const repositories = createRepositoryOpener(async () => undefined);
  describeCacheTarget('a repository of a registry', async () => {
    places += 1;
    const location = `docker://${server.host}/place-${places}`;
    return {
      open: async () => createRegistryTarget(parseRegistryPlace(location), { repositories, settleMs: 50 }),
      source: async (target, ref) => createRegistrySource(parseRef(target.locationOf(ref)), { repositories }),
      [Symbol.asyncDispose]: async () => {},
    };
  });
});
