import { createHash, randomUUID } from 'node:crypto';
import { CacheError, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { Repository } from './repository.ts';

/**
 * How long a lease is left alone after it was written, before its writer believes that it is theirs. A writer whose write
 * took longer than half of it asks again.
 */
const SETTLE_MS = 1_000;
/** A lease that has not changed for so long, by our own clock, belongs to nobody any more. */
const DEAD_MS = 60_000;
/** How long who holds a lease may take for what it protects. */
const HELD_MS = 20_000;
const POLL_MS = 400;

const EMPTY = Buffer.from('{}');
const EMPTY_CONFIG: Descriptor = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: `sha256:${createHash('sha256').update(EMPTY).digest('hex')}`,
  size: EMPTY.length,
};
const HOLDER = 'io.github.cachewright.lease-holder';
const MAX_TAG = 128;

/** What a lease works with. `settleMs` is for tests, whose registry is near. */
export interface LeaseOptions {
  readonly clock: Clock;
  readonly settleMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The tag that stands for who may write another one. */
export function leaseTagOf(tag: string): string {
  const name = `${tag}.cachewright-lease`;
  return name.length <= MAX_TAG
    ? name
    : `cachewright-lease-${createHash('sha256').update(tag).digest('hex').slice(0, 32)}`;
}

/**
 * Runs `body` while nobody else who asks in this way writes a tag. A registry knows no write on a condition, and the last
 * of two wins; so whoever wants to write puts its name under a second tag, waits until all who saw that one free must have
 * written too, and goes on only where its name still stands (Fischer's algorithm). It rests on the registry showing a tag
 * to all within half a second; who writes the tag without asking is not kept out.
 * @param body is told to stop when it takes so long that others may think its lease forgotten
 * @throws `UNAVAILABLE`, `ACCESS_DENIED`, `CANCELLED`
 */
export async function withLeaseTag<T>(
  repository: Repository,
  tag: string,
  options: LeaseOptions,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const name = leaseTagOf(tag);
  const holder = randomUUID();
  await repository.upload(EMPTY_CONFIG, () => oneChunk(EMPTY), signal ? { signal } : {});
  await take(repository, name, holder, options);
  const late = AbortSignal.timeout(HELD_MS);
  try {
    return await body(signal ? AbortSignal.any([signal, late]) : late);
  } catch (error) {
    if (!late.aborted || signal?.aborted) throw error;
    throw new CacheError('UNAVAILABLE', 'The registry took too long to write the tag.', {
      subject: tag,
      hint: 'Run it again.',
      cause: error,
    });
  } finally {
    // One that cannot be given back is forgotten by the others after a while.
    await write(repository, name, '').catch(() => {});
  }
}

async function take(
  repository: Repository,
  name: string,
  holder: string,
  { clock, settleMs = SETTLE_MS, signal }: LeaseOptions,
): Promise<void> {
  let seen = '';
  let since = clock.now();
  for (;;) {
    throwIfAborted(signal);
    const askedAt = clock.now();
    const standing = await read(repository, name, signal);
    if (standing !== seen) [seen, since] = [standing, askedAt];
    if (standing !== '' && standing !== holder && askedAt - since < DEAD_MS) {
      await clock.wait(POLL_MS * (0.5 + Math.random()), signal);
      continue;
    }
    await write(repository, name, holder, signal);
    const isSlow = clock.now() - askedAt > settleMs / 2;
    await clock.wait(settleMs, signal);
    throwIfAborted(signal);
    if (!isSlow && (await read(repository, name, signal)) === holder) return;
  }
}

/** Who holds a lease; empty for nobody. */
async function read(repository: Repository, name: string, signal?: AbortSignal): Promise<string> {
  try {
    const { bytes } = await repository.manifest(name, signal);
    const { annotations } = JSON.parse(Buffer.from(bytes).toString()) as { annotations?: Record<string, string> };
    return annotations?.[HOLDER] ?? '';
  } catch (error) {
    if (isCacheError(error, 'NOT_FOUND') || error instanceof SyntaxError) return '';
    throw error;
  }
}

async function write(repository: Repository, name: string, holder: string, signal?: AbortSignal): Promise<void> {
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: 'application/vnd.cachewright.lease',
    config: EMPTY_CONFIG,
    layers: [EMPTY_CONFIG],
    annotations: { [HOLDER]: holder },
  };
  await repository.putManifest(name, MEDIA_TYPES.ociManifest, Buffer.from(JSON.stringify(manifest)), signal);
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
