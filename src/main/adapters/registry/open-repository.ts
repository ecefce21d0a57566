import { CacheError } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { formatRef, type Ref } from '../../../shared/oci/reference.ts';
import { createRegistryClient, type RegistryClient } from './client.ts';
import { type CredentialSource, createDockerCredentialSource } from './docker-credentials.ts';
import { createRepository, type Repository } from './repository.ts';
import type { TransportOptions } from './transport.ts';

/**
 * The repository that a `docker://` reference names. Nothing is sent yet.
 * @throws `INVALID_INPUT` for a reference of another transport, or a digest that is none
 */
export type RepositoryOpener = (ref: Ref) => Repository;

/**
 * An opener with one client for each host, which lives as long as the opener: sources and targets that share the opener
 * share what a registry was told of who asks, and its tokens.
 * @param credentials where Docker keeps them, unless a test says otherwise
 */
export function createRepositoryOpener(
  credentials: CredentialSource = createDockerCredentialSource(),
  options: TransportOptions = {},
): RepositoryOpener {
  const clients = new Map<string, RegistryClient>();
  return (ref) => {
    if (ref.transport !== 'docker') {
      throw new CacheError('INVALID_INPUT', 'This is not a reference to a registry.', {
        subject: formatRef(ref),
        hint: 'Write docker://host/repository:tag.',
      });
    }
    if (ref.digest !== undefined) parseDigest(ref.digest, 'The digest of the reference');
    const client = clients.get(ref.registry) ?? createRegistryClient(ref.registry, credentials, options);
    clients.set(ref.registry, client);
    return createRepository(client, ref.repository);
  };
}

/** What a registry knows the manifest of a reference by: its digest where it has one, else its tag. */
export function manifestReference(ref: Ref): string {
  return ref.digest ?? ref.tag ?? 'latest';
}
