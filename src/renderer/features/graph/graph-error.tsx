import type { CacheError } from '../../../shared/base/errors.ts';
import { Button } from '../../base/button.tsx';
import { classNames } from '../../base/class-names.ts';
import { ErrorState } from '../../base/error-state.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
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
      <h2 className={styles.choicesTitle}>Several records have this digest</h2>
      <p className={styles.lead}>
        The same step was reached from different inputs, or in different caches of this source. Choose the one to look
        at.
      </p>
      {found.error && <ErrorState error={found.error} isCompact />}
      <ul aria-label="Records with this digest" className={styles.points}>
        {found.data?.map((row) => (
          <li key={row.id}>
            <button type="button" className={classNames(styles.point, styles.choice)} onClick={() => onPick(row.id)}>
              <RecordName record={row} />
              <bdi dir="ltr" className="mono11 t3">
                {row.id.slice(row.digest.length)}
              </bdi>
              <bdi>{row.ref}</bdi>
              <span className="t3">{countOf(row.inputs, 'input')}</span>
              <span className="t3">{countOf(row.users, 'user')}</span>
              {row.results > 0 ? (
                <Bytes bytes={row.ownBytes} className="right" />
              ) : (
                <span className="t3 right">no result</span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
