import type { EngineClient } from '../../../shared/contract/index.ts';
import type { RecordDetail } from '../../../shared/model/record.ts';

/** Ids in one question, so that its text stays small. */
const CHUNK = 200;

/** The full records of these ids, in their order, as `keys --json` prints them. */
export async function recordsOf(
  engine: EngineClient,
  sourceId: string,
  ids: readonly string[],
): Promise<readonly RecordDetail[]> {
  const found = new Map<string, RecordDetail>();
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    const filter = `id:${chunk.map((id) => `=${id}`).join(',')}`;
    const { records } = await engine.keys.list({ sourceId, filter, offset: 0, limit: CHUNK });
    for (const record of records) found.set(record.id, record);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}
