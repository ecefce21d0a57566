import type { ReactNode } from 'react';
import { Segmented } from '../../base/segmented.tsx';
import { OnlyRecord } from './only-record.tsx';
import styles from './transfer.module.css';
import { hasOneForm, type TargetKind, type TransferAddress } from './transfer-address.ts';

/** How it is written. Every change previews again. */
export function OptionsRow({
  sourceId,
  kind,
  address,
  onChange,
  isDisabled,
}: {
  readonly sourceId: string;
  readonly kind: TargetKind;
  readonly address: TransferAddress;
  readonly onChange: (change: Partial<TransferAddress>) => void;
  readonly isDisabled: boolean;
}) {
  return (
    <section className={styles.options} aria-label="Options">
      <Option label="Mode">
        <Segmented
          label="Mode"
          value={address.mode}
          isDisabled={isDisabled}
          options={[
            { value: 'min', label: 'min' },
            { value: 'max', label: 'max' },
          ]}
          onChange={(mode) => onChange({ mode })}
        />
      </Option>
      <Option label="What is there">
        <Segmented
          label="What is there"
          value={address.merge ? 'add' : 'other'}
          isDisabled={isDisabled}
          options={[
            { value: 'other', label: kind === 'store' ? 'stays apart' : 'is replaced' },
            { value: 'add', label: 'is added to' },
          ]}
          onChange={(what) => onChange({ merge: what === 'add' })}
        />
      </Option>
      {!hasOneForm(kind) && (
        <>
          <Option label="Format">
            <Segmented
              label="Format"
              value={address.format}
              isDisabled={isDisabled}
              options={[
                { value: 'asIs', label: 'as it is' },
                { value: 'index', label: 'index' },
                { value: 'manifest', label: 'image manifest' },
              ]}
              // Docker types are only possible in an index.
              onChange={(format) =>
                onChange({ format, ...(format === 'manifest' && address.types === 'docker' ? { types: 'asIs' } : {}) })
              }
            />
          </Option>
          <Option label="Media types">
            <Segmented
              label="Media types"
              value={address.types}
              isDisabled={isDisabled}
              options={[
                { value: 'asIs', label: 'as they are' },
                { value: 'oci', label: 'OCI' },
                { value: 'docker', label: 'Docker' },
              ]}
              onChange={(types) =>
                onChange({ types, ...(types === 'docker' && address.format === 'manifest' ? { format: 'index' } : {}) })
              }
            />
          </Option>
        </>
      )}
      <Option label="Compression">
        <Segmented
          label="Compression"
          value={address.compression}
          isDisabled={isDisabled}
          options={[
            { value: 'asIs', label: 'keep' },
            { value: 'gzip', label: 'gzip' },
            { value: 'zstd', label: 'zstd' },
          ]}
          onChange={(compression) => onChange({ compression })}
        />
      </Option>
      <Option label="Records">
        <OnlyRecord
          sourceId={sourceId}
          recordKey={address.key}
          onKey={(key) => onChange({ key })}
          isDisabled={isDisabled}
        />
      </Option>
      <p className={styles.optionNote}>{optionsSentence(address)}</p>
    </section>
  );
}

/** What the options come to. */
export function optionsSentence({
  mode,
  key,
  compression,
  merge,
  join,
}: Pick<TransferAddress, 'mode' | 'key' | 'compression' | 'merge' | 'join'>): string {
  const what =
    key !== undefined
      ? `Only what this record needs goes${mode === 'min' ? ', with the results of the final images alone' : ''}.`
      : mode === 'max'
        ? 'Every result goes.'
        : 'All records go, with the results of the final images alone.';
  const how = compression === 'asIs' ? '' : ` Layers that are not ${compression} are compressed anew.`;
  const joined =
    join.length === 0 ? '' : ' Of several sources comes one cache: every record, the newest result of each.';
  const there = merge ? ' What the reference holds stays, also what others add meanwhile.' : '';
  return `${what}${how}${joined}${there} Only what is missing is copied.`;
}

function Option({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <div className={styles.optionLabel} aria-hidden="true">
        {label}
      </div>
      {children}
    </div>
  );
}
