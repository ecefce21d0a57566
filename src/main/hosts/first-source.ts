import type { EngineClient } from '../../shared/contract/index.ts';

/**
 * Opens the sample cache where the list of sources is empty, so that the first window shows something true.
 * @returns the id of the source to show first; undefined where there is a list already
 */
export async function openSampleFirst(client: EngineClient): Promise<string | undefined> {
  const known = await client.sources.list();
  if (known.length > 0) return undefined;
  const { sample } = await client.app.info();
  const { source } = await client.sources.open({ location: sample });
  return source.id;
}
