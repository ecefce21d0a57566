import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeCacheSource } from '../../engine/ports/cache-source.suite.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../../testing/registry-server.ts';
import { createRepositoryOpener } from './open-repository.ts';
import { registryAdapter } from './source-adapter.ts';
import { pushLayout } from './testing/push-layout.ts';

describe.runIf(hasRegistryServer())('with a registry', () => {
  let server: RegistryServer;
  const location = () => `docker://${server.host}/sample:cache`;
  beforeAll(async () => {
    server = await startRegistryServer();
    await pushLayout(join(FIXTURES, 'sample'), location());
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const adapter = registryAdapter({ repositories: createRepositoryOpener(async () => undefined) });
  describeCacheSource('a cache in a registry', { adapter, location });
});
