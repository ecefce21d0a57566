import type { Source } from '../../../shared/model/source.ts';
import { Bytes } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { useDisk } from './use-disk.ts';

/** What the folder of a source takes on disk, and what it is; nothing for what is no folder. */
export function DiskPart({ source }: { readonly source: Source }) {
  const { parts } = useDisk(source).data ?? {};
  if (!parts) return null;
  const lines = [
    ['Caches and images', parts.cacheBytes],
    ['Orphans', parts.orphanBytes],
    ['Trash', parts.trashBytes],
    ['Set aside, not used', parts.setAsideBytes],
    ['Index, notes, folders', parts.otherBytes],
  ] as const;
  return (
    <Section title="On disk">
      <KeyValues>
        <KeyValue label="In all" isNumber>
          <Bytes bytes={parts.totalBytes} isFocusable />
        </KeyValue>
        {lines.map(([label, bytes]) =>
          bytes > 0 ? (
            <KeyValue key={label} label={label} isNumber>
              <Bytes bytes={bytes} isFocusable />
            </KeyValue>
          ) : null,
        )}
        {parts.freeBytes !== undefined && (
          <KeyValue label="Free on this disk" isNumber>
            <Bytes bytes={parts.freeBytes} isFocusable />
          </KeyValue>
        )}
      </KeyValues>
    </Section>
  );
}
