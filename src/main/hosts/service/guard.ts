import { createHash, timingSafeEqual } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';

/** Who may ask a cache service. */
export interface AccessRules {
  /** A bearer token that every request but `/healthz` has to bring. */
  readonly token: string | undefined;
  /** Clients have to show a certificate of this authority; the TLS layer has refused all others before. */
  readonly hasClientCa: boolean;
}

/** What a request says of itself, before anything is believed. */
export interface RequestFacts {
  readonly path: string;
  readonly hosts: readonly string[];
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** The TLS layer has checked a certificate of the client. */
  readonly isCertified: boolean;
}

const MIN_TOKEN = 16;

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** @throws `INVALID_INPUT` for an address that others reach, where nothing tells who they are */
export function requireSafeAddress(host: string, { token, hasClientCa }: AccessRules): void {
  if (isLoopback(host) || token !== undefined || hasClientCa) return;
  throw new CacheError('INVALID_INPUT', 'A service that other machines reach needs a token or client certificates.', {
    subject: '--host',
    hint: 'Give --token-file, or --tls-cert, --tls-key and --tls-client-ca. Without either it serves 127.0.0.1 only.',
  });
}

/** Takes the token out of the text of its file. @throws `INVALID_INPUT` for one that could be guessed */
export function tokenOf(text: string): string {
  const token = text.trim();
  if (token.length >= MIN_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new CacheError('INVALID_INPUT', `A token is a line of at least ${MIN_TOKEN} visible characters.`, {
    subject: '--token-file',
    hint: 'Make one: openssl rand -hex 32 > token',
  });
}

/** Why a request is turned away before its body is read; `undefined` lets it in. */
export function refusal(facts: RequestFacts, rules: AccessRules): CacheError | undefined {
  // Pages send it, and builders are no pages: a page in somebody's browser must not reach a service on their machine.
  if (facts.origin !== undefined)
    return denied('Requests from pages are not answered.', 'Use a builder, or cachewright sync.');
  if (rules.hasClientCa && !facts.isCertified)
    return denied('A client certificate is needed.', 'Give --tls-cert and --tls-key.');
  if (rules.token !== undefined) {
    if (facts.path === '/healthz' || isBearer(facts.authorization, rules.token)) return undefined;
    return denied('The token is missing or wrong.', 'Send the token of the service: --token-file FILE.');
  }
  // A foreign name that resolves to this machine.
  if (!rules.hasClientCa && !isLocalName(facts.hosts))
    return denied('This name is not served here.', 'Use 127.0.0.1 or localhost.');
  return undefined;
}

/** Compares digests, so that the time says nothing of how much of a token was right, nor of its length. */
function isBearer(authorization: string | undefined, token: string): boolean {
  const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (sent === undefined) return false;
  return timingSafeEqual(sha256(sent), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isLocalName(hosts: readonly string[]): boolean {
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined) return false;
  return isLoopback(
    host
      .toLowerCase()
      .replace(/:\d+$/, '')
      .replace(/^\[(.*)\]$/, '$1'),
  );
}

function denied(message: string, hint: string): CacheError {
  return new CacheError('ACCESS_DENIED', message, { subject: 'request', hint });
}
