import type { ReactNode } from 'react';
import type { Source } from '../../../shared/model/source.ts';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { FolderTarget } from './folder-target.tsx';
import { ReferenceTarget } from './reference-target.tsx';
import { StoreChoice } from './store-choice.tsx';
import styles from './transfer.module.css';
import { REFERENCE_SCHEMES, type TargetKind } from './transfer-address.ts';

/** Where it goes: a managed store, open or new, a folder, a repository of a registry, or a bucket. */
export function ToCard({
  kind,
  to,
  stores,
  newStore,
  references,
  onChange,
  isDisabled,
  children,
}: {
  readonly kind: TargetKind;
  readonly to: string;
  /** Open stores that are not the source itself. */
  readonly stores: readonly Source[];
  /** Where a new store is proposed. */
  readonly newStore: string;
  /** References that were used before. */
  readonly references: readonly string[];
  readonly onChange: (change: { readonly kind?: TargetKind; readonly to?: string | undefined }) => void;
  readonly isDisabled: boolean;
  /** What else there is to say about a store. */
  readonly children?: ReactNode;
}) {
  const store = kind === 'store' ? stores.find((one) => one.location === to) : undefined;
  return (
    <section className={styles.card} aria-label="To">
      <div className={styles.cardHead}>
        <h2 className="t3">To</h2>
        <span className="spring" />
        <Segmented
          label="Target"
          value={kind}
          isDisabled={isDisabled}
          options={[
            { value: 'store', label: 'Managed store' },
            { value: 'folder', label: 'Folder' },
            { value: 'registry', label: 'Registry' },
            { value: 's3', label: 'S3' },
          ]}
          onChange={(next) => onChange({ kind: next, to: undefined })}
        />
      </div>
      {kind === 'store' && stores.length > 0 && (
        <StoreChoice
          store={store}
          stores={stores}
          onChoose={(path) => onChange({ to: path ?? newStore })}
          isDisabled={isDisabled}
        />
      )}
      {REFERENCE_SCHEMES[kind] === undefined && !store && (
        <FolderTarget
          label={kind === 'store' ? 'Folder of the new store' : 'Folder'}
          path={to}
          onPath={(path) => onChange({ to: path })}
          isDisabled={isDisabled}
        />
      )}
      {kind === 'store' && children}
      {REFERENCE_SCHEMES[kind] !== undefined && (
        <ReferenceTarget
          label={kind === 's3' ? 'Bucket and prefix' : 'Repository and tag'}
          example={kind === 's3' ? 's3://bucket/prefix?region=…' : 'docker://host/repository:tag'}
          secretHint={
            kind === 's3'
              ? 'Leave keys out: they come from the AWS configuration.'
              : 'Leave name and password out: docker login keeps them.'
          }
          reference={to}
          references={references}
          onReference={(reference) => onChange({ to: reference })}
          isDisabled={isDisabled}
        />
      )}
      <p className={styles.cardNote}>{store?.totals ? <Held totals={store.totals} /> : NOTES[kind]}</p>
    </section>
  );
}

const NOTES: Readonly<Record<TargetKind, string>> = {
  store: 'Creates a store in a folder that is empty or new.',
  folder: 'Writes an OCI layout, or adds to what is there.',
  registry: 'Signs in as docker does, and sends what is missing.',
  s3: 'Takes credentials from the AWS configuration, and sends what is missing.',
};

function Held({ totals }: { readonly totals: NonNullable<Source['totals']> }) {
  return (
    <>
      holds {countOf(totals.records, 'record')}, {countOf(totals.blobs, 'blob')},{' '}
      <Bytes bytes={totals.deduplicatedBytes} />
    </>
  );
}
