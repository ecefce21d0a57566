import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { CliContext } from './context.ts';
import { EXIT, ExitError, UsageError } from './exit-codes.ts';
import { follow } from './jobs.ts';

/**
 * Opens what the command line names and waits until it can be asked.
 * @throws `ExitError` 3 when it cannot be read, `INVALID_INPUT` for a reference that is none, `CANCELLED` on Ctrl-C
 */
export async function openSource(context: CliContext, client: EngineClient, location: string): Promise<Source> {
  return opening(location, async (found) => {
    const { source, jobId } = await client.sources.open({ location });
    found();
    await follow(context, client, jobId, 'open');
    return client.sources.get({ sourceId: source.id });
  });
}

/**
 * The store that the command line names, by its place: nothing in it is read, so what is wrong with it does not matter.
 * @throws as `openSource`
 */
export async function findStore(client: EngineClient, location: string): Promise<Source> {
  return opening(location, () => client.sources.add({ location }));
}

/** @param open calls `found` as soon as there is something at the location */
async function opening(location: string, open: (found: () => void) => Promise<Source>): Promise<Source> {
  if (location === '') throw new UsageError('a source is missing: an empty text stands in its place');
  let opens = false;
  try {
    return await open(() => {
      opens = true;
    });
  } catch (thrown) {
    const error = toCacheError(thrown, location);
    const isTypo = error.code === 'INVALID_INPUT' && !opens;
    throw error.code === 'CANCELLED' || isTypo ? error : new ExitError(EXIT.unreadable, error);
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

/** What is asked for as a record: an id, a digest, or the first digits of one, with the number that a table shows. */
const WRITTEN = /^(?:sha256:)?([0-9a-z]*)(~\d+)?$/;
/** Fewer digits than these are no name: half of the records would begin so. */
const MIN_DIGITS = 4;

/**
 * The id of a record that was written as an id, a digest, or the first digits of a digest or of BuildKit's own id, as the
 * table of keys shows them (`004bf9521d53~1`). `ref` narrows it to one cache of the source.
 * @throws `NOT_FOUND`, or `CONFLICT` listing the ids when it is ambiguous
 */
export async function resolveId(
  client: EngineClient,
  sourceId: string,
  written: string,
  ref?: string,
): Promise<string> {
  const match = WRITTEN.exec(written);
  if (!match) return (await client.keys.get({ sourceId, id: written })).id;
  const [, start = '', number = ''] = match;
  if (start.length < MIN_DIGITS) {
    throw new CacheError('NOT_FOUND', 'No record has this id or digest.', {
      subject: written === '' ? '""' : written,
      hint: `Write an id or digest, or at least ${MIN_DIGITS} of its first digits, as the table of keys shows them.`,
    });
  }
  const found = await client.keys.search({ sourceId, text: start, limit: 50 });
  const isMeant = ({ id, digest, ref: of }: (typeof found)[number]) =>
    (digest.startsWith(`sha256:${start}`) || id.startsWith(start)) &&
    id.endsWith(number) &&
    (ref === undefined || of === ref);
  const ids = found.filter(isMeant).map((row) => row.id);
  if (ids.length === 1 && ids[0] !== undefined) return ids[0];
  if (ids.length === 0) throw new CacheError('NOT_FOUND', 'No record has this id or digest.', { subject: written });
  throw new CacheError('CONFLICT', 'Several records begin with this.', {
    subject: written,
    hint: `Write one of: ${ids.join(', ')}`,
  });
}
