import { Focus } from 'lucide-react';
import { useState } from 'react';
import { DialogTrigger } from 'react-aria-components';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { Button } from '../../base/button.tsx';
import { Chip } from '../../base/chip.tsx';
import { Popover } from '../../base/overlay.tsx';
import { useRead } from '../../client/hooks.ts';
import { recordTitle } from '../../widgets/record-name.tsx';
import { RecordPicker } from '../../widgets/record-picker.tsx';
import styles from './transfer.module.css';

/** Limits a transfer to what one record needs: the record by its name, or the button that finds one. */
export function OnlyRecord({
  sourceId,
  recordKey,
  onKey,
  isDisabled,
}: {
  readonly sourceId: string;
  /** Id or digest of the record; absent: everything goes. */
  readonly recordKey: string | undefined;
  readonly onKey: (key: string | undefined) => void;
  readonly isDisabled: boolean;
}) {
  const [isChoosing, setChoosing] = useState(false);
  const { data: record } = useRead('keys.get', recordKey === undefined ? undefined : { sourceId, id: recordKey });
  const { data: largest = [] } = useRead('overview.largest', isChoosing ? { sourceId, limit: 8 } : undefined);
  if (recordKey !== undefined) {
    const name = record ? recordTitle(record) : shortDigest(recordKey);
    return (
      <span className={styles.onlyRecord}>
        <Chip name="only" value={name} {...(isDisabled ? {} : { onRemove: () => onKey(undefined) })} />
      </span>
    );
  }
  return (
    <DialogTrigger isOpen={isChoosing} onOpenChange={setChoosing}>
      <Button icon={Focus} isDisabled={isDisabled}>
        Everything
      </Button>
      <Popover label="Choose a record" placement="bottom start">
        <RecordPicker
          sourceId={sourceId}
          proposals={[{ title: 'Largest', rows: largest }]}
          onPick={(id) => {
            setChoosing(false);
            onKey(id);
          }}
        />
      </Popover>
    </DialogTrigger>
  );
}
