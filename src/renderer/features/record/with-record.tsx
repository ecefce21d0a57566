import type { ReactNode } from 'react';
import type { RecordDetail } from '../../../shared/model/record.ts';
import { inspect } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useRead } from '../../client/hooks.ts';

/** Reads a record and draws it; the one before stays in sight meanwhile, dimmed once that takes long. */
export function WithRecord({
  sourceId,
  id,
  children,
}: {
  readonly sourceId: string;
  readonly id: string;
  readonly children: (record: RecordDetail) => ReactNode;
}) {
  const { data, error, refetch } = useRead('keys.get', { sourceId, id }, { keepPrevious: true });
  if (error) {
    const isGone = error.code === 'NOT_FOUND';
    return (
      <ErrorState
        error={error}
        isCompact
        title={isGone ? 'There is no such record here' : 'The record could not be read'}
        actions={
          isGone ? (
            <Button onPress={() => inspect('record', undefined)}>Close</Button>
          ) : (
            <Button onPress={() => refetch()}>Try again</Button>
          )
        }
      />
    );
  }
  return data ? children(data) : <SkeletonRows label="Reading the record" rows={8} />;
}
