import type { ReactNode } from 'react';
import type { RecordDetail } from '../../../shared/model/record.ts';
import { useRead } from '../../client/hooks.ts';
import { WithAnswer } from '../../widgets/with-answer.tsx';

/** Reads a record and draws it; the one before stays in sight meanwhile. */
export function WithRecord({
  sourceId,
  id,
  children,
}: {
  readonly sourceId: string;
  readonly id: string;
  readonly children: (record: RecordDetail) => ReactNode;
}) {
  const answer = useRead('keys.get', { sourceId, id }, { keepPrevious: true });
  return (
    <WithAnswer answer={answer} subject="record">
      {children}
    </WithAnswer>
  );
}
