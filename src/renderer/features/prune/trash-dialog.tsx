import { Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { TextField } from '../../base/field.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { ProgressBar } from '../../base/progress.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { Time } from '../../base/time.tsx';
import styles from './prune.module.css';
import type { Trash } from './use-trash.ts';

/** What prunes have removed: each can be brought back, until the trash is emptied. */
export function TrashDialog({
  source,
  trash,
  isOpen,
  onClose,
}: {
  readonly source: Source;
  readonly trash: Trash;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  const batches = trash.batches ?? [];
  const { quarantined } = trash;
  const bytes = [...batches, ...quarantined.map(({ size }) => ({ bytes: size }))].reduce(
    (sum, one) => sum + one.bytes,
    0,
  );
  const close = (): void => {
    setTyped('');
    onClose();
  };
  return (
    <Dialog
      title={`Trash of ${source.name}`}
      isOpen={isOpen}
      onClose={close}
      width="wide"
      actions={<Button onPress={close}>Close</Button>}
    >
      {trash.error && <ErrorState error={trash.error} isCompact />}
      {!trash.batches && !trash.error && <SkeletonRows label="Reading the trash" rows={3} />}
      {trash.job && (
        <div className={styles.trashJob}>
          <ProgressBar
            label={trash.job.title}
            share={trash.job.progress.total ? trash.job.progress.done / trash.job.progress.total : undefined}
          />
        </div>
      )}
      {trash.batches && batches.length === 0 && quarantined.length === 0 && (
        <p className={styles.text}>The trash is empty. What a prune removes is kept here until you empty it.</p>
      )}
      {batches.length + quarantined.length > 0 && (
        <>
          {batches.length > 0 && (
            <ul className={styles.batches}>
              {batches.map((batch, at) => (
                <li key={batch.plan} className={styles.batch}>
                  <Time at={batch.at} isFocusable />
                  <span>{batch.records > 0 ? countOf(batch.records, 'record') : countOf(batch.blobs, 'blob')}</span>
                  <span className="mono11 t3 ellipsis">{batch.plan}</span>
                  <Bytes bytes={batch.bytes} className="right" isFocusable />
                  <Button
                    icon={Undo2}
                    isDisabled={trash.job !== undefined}
                    {...(at === 0 ? {} : { tip: 'Brings back this batch alone' })}
                    onPress={() => trash.undo(batch.plan)}
                  >
                    Undo
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <section className={styles.empty} aria-label="Empty the trash">
            <h3 className="medium">Empty the trash</h3>
            <p className={styles.text}>
              Frees {formatBytes(bytes)}. This cannot be undone: {contents(batches.length, quarantined.length)} will be
              deleted for good. Type the name of the store to go on.
            </p>
            <div className={styles.confirm}>
              <TextField
                label={`Type ${source.name} to confirm`}
                isLabelHidden
                placeholder={source.name}
                value={typed}
                onChange={setTyped}
                isMono
              />
              <Button
                icon={Trash2}
                isDisabled={typed !== source.name || trash.job !== undefined}
                onPress={() => {
                  setTyped('');
                  void trash.empty();
                }}
              >
                Delete for good
              </Button>
            </div>
          </section>
        </>
      )}
    </Dialog>
  );
}

/** `2 batches and 1 blob in quarantine`. */
function contents(batches: number, quarantined: number): string {
  const parts = [
    ...(batches > 0 ? [countOf(batches, 'batch', 'batches')] : []),
    ...(quarantined > 0 ? [`${countOf(quarantined, 'damaged blob')} in quarantine`] : []),
  ];
  return parts.join(' and ');
}
