import type { RecordUsage } from '../../../shared/model/usage.ts';
import { CopyButton } from '../../base/copy-button.tsx';
import { Bytes, Count } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { Time } from '../../base/time.tsx';
import styles from './record.module.css';

/** What BuildKit itself says of a record, in its own words. */
export function UsageFacts({ id, usage }: { readonly id: string; readonly usage: RecordUsage }) {
  return (
    <Section title="In BuildKit" note={usage.type} action={<CopyButton text={id} label="Copy BuildKit’s id" />}>
      <bdi className={styles.ownId} dir="ltr">
        {id}
      </bdi>
      <KeyValues>
        <KeyValue label="Size of this alone" isNumber>
          <Bytes bytes={usage.sizeBytes} isFocusable />
        </KeyValue>
        <KeyValue label="Used" isNumber>
          {usage.usageCount === 0 ? (
            'never'
          ) : (
            <>
              <Count count={usage.usageCount} />×
            </>
          )}
        </KeyValue>
        {usage.lastUsedAt !== undefined && (
          <KeyValue label="Last used">
            <Time at={usage.lastUsedAt} isFocusable />
          </KeyValue>
        )}
        <KeyValue label="Created">
          <Time at={usage.createdAt} isFocusable />
        </KeyValue>
        <KeyValue label="In use">{yesNo(usage.inUse)}</KeyValue>
        <KeyValue label="May be written to">{yesNo(usage.mutable)}</KeyValue>
        <KeyValue label="Part of an image">{yesNo(usage.shared)}</KeyValue>
      </KeyValues>
    </Section>
  );
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
