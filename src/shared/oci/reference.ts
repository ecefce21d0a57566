import { z } from 'zod';
import { CacheError } from '../base/errors.ts';
import { formatS3Address, parseS3Address, type S3Address } from './s3-address.ts';

/** How the thing a reference names is reached. */
export const TRANSPORTS = ['oci', 'oci-archive', 'docker', 'docker-archive', 's3', 'store'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/**
 * A place that holds blobs. `registry` is host and port, or the endpoint and bucket of S3, and "" for what lies on this
 * machine; `repository` is the repository, prefix or path below it.
 */
export interface Ref {
  readonly transport: Transport;
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

/** The same as it crosses the contract. */
export const refSchema: z.ZodType<Ref> = z.object({
  transport: z.enum(TRANSPORTS),
  registry: z.string(),
  repository: z.string(),
  tag: z.string().optional(),
  digest: z.string().optional(),
});

/** The place that a path of this machine is. */
export function pathPlace(transport: Transport, path: string): Ref {
  return { transport, registry: '', repository: path };
}

/**
 * The transport a name begins with: `docker` of `docker://host/app`. A name without one, or with one we don't know, is
 * `oci`: a folder.
 */
export function transportFromImageName(name: string): Transport {
  const word = /^([a-z0-9-]+):/.exec(name)?.[1];
  return TRANSPORTS.find((transport) => transport === word) ?? 'oci';
}

const HOST = /^(localhost|[^/]*[.:][^/]*)$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** Of any algorithm: who needs the bytes parses it. */
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]+$/;
/** As an image name it would be one of Docker Hub: nobody who writes an address and a port means that. */
const HOST_AND_PORT = /^(?:localhost|[^/]*\.[^/]*):\d+$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Whether registries take a name as a tag. */
export function isTag(name: string): boolean {
  return TAG.test(name);
}

/**
 * Parses `docker://host/repo:tag@digest`, `oci:PATH:tag`, `oci-archive:FILE`, `s3://bucket/prefix`, `store://PATH` or a
 * bare path. A registry reference is made whole as Docker does: `app` is `docker.io/library/app:latest`.
 * @throws `INVALID_INPUT` naming the text
 */
export function parseRef(text: string): Ref {
  const transport = transportFromImageName(text);
  const rest = text.startsWith(`${transport}:`) ? text.slice(transport.length + 1).replace(/^\/\//, '') : text;
  if (rest === '') throw badRef(text, 'Nothing stands behind the transport.');
  switch (transport) {
    case 'docker':
      return parseRegistryRef(text, rest);
    case 's3':
      return s3Place(parseS3Address(text.startsWith('s3://') ? text : `s3://${rest}`));
    case 'store':
      return { transport, registry: '', repository: rest };
    default: {
      // Only the last colon can begin a tag, and never one that a slash follows.
      const tagged = /^(.+):([\w][\w.-]*)$/.exec(rest);
      return text === rest || !tagged
        ? { transport, registry: '', repository: rest }
        : { transport, registry: '', repository: tagged[1] ?? rest, tag: tagged[2] ?? '' };
    }
  }
}

function parseRegistryRef(text: string, rest: string): Ref {
  const [named = '', digest, ...more] = rest.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
    throw badRef(text, 'Only a digest may stand behind the @: accounts are kept where "docker login" puts them.');
  }
  const slash = named.indexOf('/');
  const first = slash > 0 ? named.slice(0, slash) : '';
  const hasHost = HOST.test(first);
  const registry = hasHost ? first : 'docker.io';
  const path = hasHost ? named.slice(slash + 1) : named;
  const colon = path.lastIndexOf(':');
  const bare = colon >= 0 ? path.slice(0, colon) : path;
  if (!hasHost && HOST_AND_PORT.test(named)) throw badRef(text, 'Behind the registry a repository is missing.');
  const tag = colon >= 0 ? path.slice(colon + 1) : digest === undefined ? 'latest' : undefined;
  const repository = registry === 'docker.io' && !bare.includes('/') ? `library/${bare}` : bare;
  if (!REPOSITORY.test(repository)) throw badRef(text, 'The repository is not a name that registries take.');
  if (tag !== undefined && !isTag(tag)) throw badRef(text, 'The tag is not a name that registries take.');
  return {
    transport: 'docker',
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function badRef(text: string, message: string): CacheError {
  return new CacheError('INVALID_INPUT', message, {
    subject: withoutAccount(text),
    hint: 'Write a path, or docker://host/repository:tag, s3://bucket/prefix, store://PATH.',
  });
}

/** A text that may hold a name and password before an @, without them: for errors. */
export function withoutAccount(text: string): string {
  return text.replace(/(:\/\/|^[a-z][\w+.-]*:(?!\/\/)).*@(?!\w+:[0-9a-f]{32,}$)/is, '$1');
}

/** The text form that `parseRef` reads back. */
export function formatRef(ref: Ref): string {
  const tail = `${ref.tag === undefined ? '' : `:${ref.tag}`}${ref.digest === undefined ? '' : `@${ref.digest}`}`;
  switch (ref.transport) {
    case 'docker':
      return `docker://${ref.registry}/${ref.repository}${tail}`;
    case 's3':
      return formatS3Place(ref);
    case 'store':
      return `store://${ref.repository}`;
    case 'oci':
      // A bare path: behind `oci:` its last colon could be taken for the beginning of a tag.
      return ref.tag === undefined ? ref.repository : `oci:${ref.repository}${tail}`;
    default:
      return `${ref.transport}:${ref.repository}${tail}`;
  }
}

/** The place where blobs of an S3 cache lie: which caches are meant makes no difference. */
export function s3Place({ endpoint, bucket, prefix }: S3Address): Ref {
  return { transport: 's3', registry: endpoint ? `${endpoint}/${bucket}` : bucket, repository: prefix };
}

function formatS3Place({ registry, repository }: Ref): string {
  const slash = registry.lastIndexOf('/');
  const endpoint = slash < 0 ? '' : `?endpoint=${registry.slice(0, slash)}`;
  const place = parseS3Address(`s3://${registry.slice(slash + 1)}${endpoint}`);
  return formatS3Address({ ...place, prefix: repository });
}
