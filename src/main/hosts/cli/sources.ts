import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { CliContext } from './context.ts';
import { EXIT, ExitError } from './exit-codes.ts';
import { follow } from './jobs.ts';

/**
 * Opens what the command line names and waits until it can be asked.
 * @throws `ExitError` 3 when it cannot be read, `CANCELLED` on Ctrl-C
 */
export async function openSource(context: CliContext, client: EngineClient, location: string): Promise<Source> {
  try {
    const { source, jobId } = await client.sources.open({ location });
    await follow(context, client, jobId, 'open');
    return await client.sources.get({ sourceId: source.id });
  } catch (thrown) {
    const error = toCacheError(thrown, location);
    throw error.code === 'CANCELLED' ? error : new ExitError(EXIT.unreadable, error);
  }
}

/** The name of one of its caches, checked. @throws `NOT_FOUND` that lists what there is */
export function checkRef(source: Source, ref: string | undefined): string | undefined {
  if (ref === undefined || source.caches.some((cache) => cache.ref === ref)) return ref;
  throw new CacheError('NOT_FOUND', 'This source has no cache of that name.', {
    subject: ref,
    hint: `There is: ${source.caches.map((cache) => cache.ref).join(', ')}.`,
  });
}

/**
 * The id of a record that was written as an id, a digest, or the first digits of a digest or of BuildKit's own id.
 * @throws `NOT_FOUND`, or `CONFLICT` listing the ids when it is ambiguous
 */
export async function resolveId(client: EngineClient, sourceId: string, written: string): Promise<string> {
  const prefix = /^(?:sha256:)?([0-9a-f]{4,63})$/.exec(written)?.[1];
  const idPrefix = /^[0-9a-z]{4,24}$/.exec(written)?.[0];
  const start = prefix ?? idPrefix;
  if (start === undefined) {
    const digest = /^[0-9a-f]{64}$/.test(written) ? `sha256:${written}` : written;
    return (await client.keys.get({ sourceId, id: digest })).id;
  }
  const found = await client.keys.search({ sourceId, text: start, limit: 50 });
  const isMeant = ({ id, digest }: (typeof found)[number]) =>
    (prefix !== undefined && digest.startsWith(`sha256:${prefix}`)) ||
    (idPrefix !== undefined && id.startsWith(idPrefix));
  const ids = found.filter(isMeant).map((row) => row.id);
  if (ids.length === 1 && ids[0] !== undefined) return ids[0];
  if (ids.length === 0) throw new CacheError('NOT_FOUND', 'No record has this id or digest.', { subject: written });
  throw new CacheError('CONFLICT', 'Several records begin with this.', {
    subject: written,
    hint: `Write one of: ${ids.join(', ')}`,
  });
}
