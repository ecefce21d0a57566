import { toCacheError } from '../../../shared/base/errors.ts';
import type { EngineClient } from '../../../shared/contract/index.ts';
import { findCaches } from '../../../shared/model/find-caches.ts';
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
 * Opens the sources whose caches are joined, and says whether each has the reference.
 * @throws as `openSource` and `checkRef`
 */
export async function openSources(
  context: CliContext,
  client: EngineClient,
  locations: readonly string[],
  ref: string | undefined,
): Promise<{ readonly source: Source; readonly joined: string[] }> {
  const sources: Source[] = [];
  for (const location of locations) sources.push(await openSource(context, client, location));
  const [source, ...others] = sources;
  if (!source) throw new UsageError('a source is missing');
  for (const other of others) checkRef(other, ref);
  return { source, joined: others.map(({ id }) => id) };
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
  findCaches(source.caches, ref);
  return ref;
}
