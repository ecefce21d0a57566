import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CacheError } from '../../shared/base/errors.ts';
import { type Inspected, inspect } from '../base/address.ts';
import { Button } from '../base/button.tsx';
import { ErrorState } from '../base/error-state.tsx';
import { SkeletonRows } from '../base/skeleton.tsx';

/**
 * Draws what the inspector shows once it is read: a skeleton before, and in its place what is wrong, with the way out:
 * closing it where it is not there any more, else trying again.
 */
export function WithAnswer<Answer>({
  answer: { data, error, refetch },
  subject,
  children,
}: {
  readonly answer: Pick<UseQueryResult<Answer, CacheError>, 'data' | 'error' | 'refetch'>;
  /** What it is, in the address and in words. */
  readonly subject: Inspected;
  readonly children: (answer: Answer) => ReactNode;
}) {
  if (error) {
    const isGone = error.code === 'NOT_FOUND';
    return (
      <ErrorState
        error={error}
        isCompact
        title={isGone ? `There is no such ${subject} here` : `The ${subject} could not be read`}
        actions={
          isGone ? (
            <Button onPress={() => inspect(subject, undefined)}>Close</Button>
          ) : (
            <Button onPress={() => void refetch()}>Try again</Button>
          )
        }
      />
    );
  }
  return data === undefined ? <SkeletonRows label={`Reading the ${subject}`} rows={8} /> : children(data);
}
