import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Source } from '../../../shared/model/source.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { readOptions } from '../../client/hooks.ts';
import type { Selection } from '../../widgets/grid/selection.ts';

/** Digests in one question, so that its text stays small. */
const CHUNK = 500;

/** Bytes of the chosen blobs together; undefined until all of them are known. Distinct blobs, so nothing counts twice. */
export function useSelectedBytes(source: Source, selection: Selection): number | undefined {
  const engine = useEngine();
  const filters = useMemo(() => {
    const digests = [...selection.ids];
    const count = Math.ceil(digests.length / CHUNK);
    return Array.from({ length: count }, (_, at) => {
      const chunk = digests.slice(at * CHUNK, (at + 1) * CHUNK);
      return `digest:${chunk.map((digest) => `=${digest}`).join(',')}`;
    });
  }, [selection]);
  const answers = useQueries({
    queries: filters.map((filter) =>
      readOptions(engine, 'layers.page', { sourceId: source.id, filter, limit: 1 }, source.version),
    ),
  });
  if (answers.some((answer) => answer.data === undefined)) return undefined;
  return answers.reduce((sum, answer) => sum + (answer.data?.totalBytes ?? 0), 0);
}
