import { CacheError } from '../../../shared/base/errors.ts';

/** Where a service is reached. */
export interface ServiceAddress {
  /** For a person, and the same for the same place. */
  readonly location: string;
  /** Scheme, host, port and path, without a slash at the end. */
  readonly base: string;
  /** The socket that requests go to, in place of host and port. */
  readonly socketPath: string | undefined;
}

/**
 * Reads `http://…`, `https://…`, `tcp://host:port` (which is HTTP) or `unix:///path.sock` (HTTP for the host `local`), as Dagger has them.
 * @throws `INVALID_INPUT`; an account in the address is refused and not repeated
 */
export function parseServiceAddress(text: string): ServiceAddress {
  const [, scheme = '', rest = ''] = /^(https?|tcp|unix):\/\/(.+)$/is.exec(text) ?? [];
  if (scheme.toLowerCase() === 'unix') {
    if (rest.startsWith('/')) return { location: `unix://${rest}`, base: 'http://local', socketPath: rest };
    throw notAnAddress('unix');
  }
  let url: URL;
  try {
    url = new URL(`${scheme.toLowerCase() === 'https' ? 'https' : 'http'}://${rest}`);
  } catch {
    throw notAnAddress(scheme);
  }
  if (scheme === '' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw notAnAddress(scheme);
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return { location: base, base, socketPath: undefined };
}

function notAnAddress(scheme: string): CacheError {
  return new CacheError('INVALID_INPUT', 'This is not the address of a cache service.', {
    subject: scheme === '' ? 'address' : `${scheme}://`,
    hint: 'Write https://host, tcp://host:port or unix:///path.sock. A token is given by --token-file, never in the address.',
  });
}
