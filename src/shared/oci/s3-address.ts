import { CacheError } from '../base/errors.ts';

/**
 * Where an S3 cache lies. Keys are joined as BuildKit joins them, with nothing in between: a manifest is
 * `prefix + manifestsPrefix + name`, a blob `prefix + blobsPrefix + digest`.
 */
export interface S3Address {
  readonly bucket: string;
  readonly prefix: string;
  /** Absent: AWS itself, as the region says. Else scheme, host and port of another server, without a slash at the end. */
  readonly endpoint?: string | undefined;
  /** Whether the bucket stands in the path of requests, and not in the host. */
  readonly pathStyle: boolean;
  /** Absent: the environment's, or that of the profile. */
  readonly region?: string | undefined;
  /** Names of the caches that are meant; none: all that lie there. */
  readonly names: readonly string[];
  readonly manifestsPrefix: string;
  readonly blobsPrefix: string;
}

/** What BuildKit puts before the names of caches and before digests, where nothing else is said. */
export const S3_PREFIXES = { manifestsPrefix: 'manifests/', blobsPrefix: 'blobs/' } as const;

/** Parameters, and what BuildKit calls those that it calls otherwise. `_` is taken for `-`. */
const ALIASES: Readonly<Record<string, string>> = { 'endpoint-url': 'endpoint', 'use-path-style': 'path-style' };
const PARAMETERS = ['endpoint', 'path-style', 'region', 'name', 'prefix', 'manifests-prefix', 'blobs-prefix'] as const;
type Parameter = (typeof PARAMETERS)[number];

/** Looser than AWS: other servers allow more, and some a tenant before a colon. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._:-]{1,254}$/;
/** Scheme, host with its port, path. */
const ENDPOINT = /^(?:(https?):\/\/)?([a-z0-9.-]+(?::\d+)?|\[[0-9a-f:.]+\](?::\d+)?)((?:\/[\w.~-]*)*)$/i;
const REGION = /^[A-Za-z0-9-]{1,64}$/;

/**
 * Reads `s3://BUCKET/PREFIX?endpoint=…&path-style=…&region=…&name=…&manifests-prefix=…&blobs-prefix=…`. Several names
 * stand with `;` between them. PREFIX is a folder: a slash comes behind it. For one that does not end with a slash say
 * `s3://BUCKET?prefix=team-`.
 * @throws `INVALID_INPUT` naming the parameter; no value is repeated that may be a secret
 */
export function parseS3Address(text: string): S3Address {
  const [, place = '', query] = /^s3:\/\/([^?]*)(?:\?(.*))?$/is.exec(text) ?? [];
  const slash = place.indexOf('/');
  const bucket = slash < 0 ? place : place.slice(0, slash);
  if (!BUCKET.test(bucket)) throw bad('bucket', 'This is not the name of a bucket.');
  const folder = decoded(slash < 0 ? '' : place.slice(slash + 1), 'prefix');
  const said = parametersOf(query ?? '');
  const written = said.get('prefix');
  if (written !== undefined && folder !== '') throw bad('prefix', 'The prefix is said twice.');
  const endpoint = said.has('endpoint') ? endpointOf(said.get('endpoint') ?? '') : undefined;
  const region = said.get('region');
  if (region !== undefined && !REGION.test(region)) throw bad('region', 'This is not the name of a region.');
  return {
    bucket,
    prefix: written ?? (folder === '' || folder.endsWith('/') ? folder : `${folder}/`),
    ...(endpoint === undefined ? {} : { endpoint }),
    pathStyle: said.has('path-style') ? truthOf(said.get('path-style') ?? '') : isPathStyle(endpoint),
    ...(region === undefined ? {} : { region }),
    names: [...new Set((said.get('name') ?? '').split(';').filter((name) => name !== ''))],
    manifestsPrefix: said.get('manifests-prefix') ?? S3_PREFIXES.manifestsPrefix,
    blobsPrefix: said.get('blobs-prefix') ?? S3_PREFIXES.blobsPrefix,
  };
}

/** Returns the one text of an address: what `parseS3Address` fills in by itself is left out. */
export function formatS3Address(address: S3Address): string {
  const { bucket, prefix, endpoint, pathStyle, region, names, manifestsPrefix, blobsPrefix } = address;
  const isFolder = prefix === '' || prefix.endsWith('/');
  const values: Readonly<Partial<Record<Parameter, string>>> = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === isPathStyle(endpoint) ? {} : { 'path-style': String(pathStyle) }),
    ...(region === undefined ? {} : { region }),
    ...(names.length === 0 ? {} : { name: names.join(';') }),
    ...(isFolder ? {} : { prefix }),
    ...(manifestsPrefix === S3_PREFIXES.manifestsPrefix ? {} : { 'manifests-prefix': manifestsPrefix }),
    ...(blobsPrefix === S3_PREFIXES.blobsPrefix ? {} : { 'blobs-prefix': blobsPrefix }),
  };
  const query = Object.entries(values).map(([name, value]) => `${name}=${encoded(value)}`);
  const folder = isFolder && prefix !== '' ? `/${encoded(prefix.slice(0, -1))}` : '';
  return `s3://${bucket}${folder}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** Other servers than AWS seldom have a host for each bucket. */
function isPathStyle(endpoint: string | undefined): boolean {
  return endpoint !== undefined && !/^https?:\/\/[^/:]*\.amazonaws\.com(\.cn)?(?=[/:]|$)/.test(endpoint);
}

function parametersOf(query: string): ReadonlyMap<Parameter, string> {
  const said = new Map<Parameter, string>();
  for (const part of query.split('&').filter((each) => each !== '')) {
    const [name = '', ...value] = part.split('=');
    const parameter = parameterOf(name);
    if (said.has(parameter)) throw bad(parameter, 'This is said twice.');
    said.set(parameter, decoded(value.join('='), parameter));
  }
  return said;
}

function parameterOf(name: string): Parameter {
  const dashed = name.toLowerCase().replaceAll('_', '-');
  const parameter = PARAMETERS.find((each) => each === (ALIASES[dashed] ?? dashed));
  if (parameter) return parameter;
  const isSecret = /key|secret|token|password|credential/.test(dashed);
  throw bad(
    name.slice(0, 40),
    isSecret ? 'No credentials may stand in an address.' : 'There is no such parameter of an S3 address.',
    isSecret
      ? 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a profile with AWS_PROFILE.'
      : `There are: ${PARAMETERS.join(', ')}.`,
  );
}

/** Scheme, host, port and what may stand before the bucket. Without a scheme it is TLS, but on this machine. */
function endpointOf(text: string): string {
  if (text.includes('@')) throw bad('endpoint', 'No credentials may stand in an address.');
  const [, scheme, host = '', path = ''] = ENDPOINT.exec(text) ?? [];
  if (host === '') throw bad('endpoint', 'This is not the address of a server.');
  const isNear = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
  const spoken = scheme?.toLowerCase() ?? (isNear ? 'http' : 'https');
  const port = spoken === 'http' ? /:80$/ : /:443$/;
  return `${spoken}://${host.toLowerCase().replace(port, '')}${path.replace(/\/+$/, '')}`;
}

function truthOf(text: string): boolean {
  if (/^(true|1|yes)$/i.test(text)) return true;
  if (/^(false|0|no)$/i.test(text)) return false;
  throw bad('path-style', 'This is neither true nor false.');
}

function decoded(text: string, parameter: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(parameter, 'This is not written as an address allows.');
  }
}

/** What means nothing in a query stays as it is, so that people can read it. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%3B', ';');
}

function bad(parameter: string, message: string, hint?: string): CacheError {
  return new CacheError('INVALID_INPUT', message, {
    subject: parameter,
    hint: hint ?? 'Write s3://bucket/prefix?region=…, and endpoint=… for another server than AWS.',
  });
}
