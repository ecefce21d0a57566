import type { CacheError } from '../../../shared/base/errors.ts';
import { Button } from '../../base/button.tsx';
import { Digest } from '../../base/digest.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { useRead } from '../../client/hooks.ts';
import { RecordName } from '../../widgets/record-name.tsx';
import styles from './graph.module.css';

/** The focus could not be found, or several records are found by its digest: then they can be chosen from. */
export function GraphError({
  sourceId,
  from,
  error,
  onPick,
  onRetry,
  onStart,
}: {
  readonly sourceId: string;
  readonly from: string;
  readonly error: CacheError;
  readonly onPick: (id: string) => void;
  readonly onRetry: () => void;
  readonly onStart: () => void;
}) {
  const isAmbiguous = error.code === 'CONFLICT';
  const found = useRead('keys.search', isAmbiguous ? { sourceId, text: from, limit: 50 } : undefined);
  if (!isAmbiguous) {
    const isGone = error.code === 'NOT_FOUND';
    return (
      <ErrorState
        error={error}
        title={isGone ? 'There is no such record here' : 'The links could not be read'}
        actions={
          <>
            {!isGone && <Button onPress={onRetry}>Try again</Button>}
            <Button onPress={onStart}>Choose another record</Button>
          </>
        }
      />
    );
  }
  return (
    <div className={styles.start}>
      <ErrorState error={error} title="Several records have this digest" isCompact />
      <ul aria-label="Records with this digest">
        {found.data?.map((row) => (
          <li key={row.id}>
            <button type="button" className={styles.point} onClick={() => onPick(row.id)}>
              <RecordName record={row} />
              <Digest digest={row.digest} copy={false} />
              <bdi dir="ltr" className="mono11 t3">
                {row.id.slice(row.digest.length)}
              </bdi>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
