import { ArrowRight } from 'lucide-react';
import { useMemo } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../../shared/model/source.ts';
import { setParams, sourceHref, useSearchParameters } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { SourceViewProps } from '../../base/feature.ts';
import { Icon } from '../../base/icon.tsx';
import { useCommandLine, useShell } from '../../base/shell-context.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { rememberLocation } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead, useSources } from '../../client/hooks.ts';
import { ActionBar } from './action-bar.tsx';
import { BlobTable } from './blob-table.tsx';
import { DonePart } from './done-part.tsx';
import { FromCard } from './from-card.tsx';
import { OptionsRow } from './options-row.tsx';
import { PreviewPart } from './preview-part.tsx';
import { ToCard } from './to-card.tsx';
import styles from './transfer.module.css';
import {
  readTransfer,
  type TargetKind,
  type TransferAddress,
  type TransferInput,
  transferCommand,
  transferOptions,
  transferParams,
} from './transfer-address.ts';
import { shownPreview } from './transfer-state.ts';
import { useTransfer } from './use-transfer.ts';

/** Copies a cache somewhere else: what there is to do, doing it, and what came of it. */
export function TransferView({ source }: SourceViewProps) {
  const engine = useEngine();
  const { fail } = useShell();
  const params = useSearchParameters();
  const address = useMemo(() => readTransfer(params), [params]);
  const target = useTarget(source, address);
  const { kind, to } = target;
  const input = useMemo<TransferInput | undefined>(
    () => (to.trim() === '' ? undefined : { sourceId: source.id, to: to.trim(), options: transferOptions(address) }),
    [source.id, to, address],
  );
  const { state, arrived, start, cancel, again, retryPreview } = useTransfer(source.id, input, kind);
  const preview = shownPreview(state);
  const isBusy = state.phase === 'running';
  const change = (changes: Partial<TransferAddress>): void =>
    setParams(transferParams({ ...address, ...changes }), { replace: true });
  useCommandLine(to.trim() === '' ? undefined : transferCommand(address, kind, source.location, to.trim()));

  const openTarget = async (): Promise<void> => {
    try {
      const opened = await engine.sources.open({ location: to.trim() });
      rememberLocation(opened.source.location);
      navigate(sourceHref(opened.source.id, 'overview'));
    } catch (error) {
      fail('The target was not opened', error);
    }
  };

  return (
    <div className={styles.view}>
      <div className={styles.ends}>
        <FromCard source={source} refName={address.ref} onRef={(ref) => change({ ref })} />
        <span className={styles.arrow}>
          <Icon of={ArrowRight} size={16} />
        </span>
        <ToCard
          kind={kind}
          to={to}
          stores={target.stores}
          newStore={target.newStore}
          onChange={(changes) => change({ kind, to, ...changes })}
          isDisabled={isBusy}
        />
      </div>
      <OptionsRow address={address} onChange={change} isDisabled={isBusy} />
      {state.phase === 'done' && <DonePart report={state.report} />}
      {(state.phase === 'refused' || state.phase === 'failed') && state.error && (
        <div className={styles.failure}>
          <ErrorState
            error={state.error}
            isCompact
            title={state.phase === 'refused' ? 'This cannot be copied there' : 'The transfer failed'}
            actions={state.phase === 'refused' ? <Button onPress={retryPreview}>Look again</Button> : undefined}
          />
        </div>
      )}
      {preview ? (
        <>
          <PreviewPart preview={preview} state={state} />
          <div className={styles.table} data-old={state.phase === 'previewing' || undefined}>
            <BlobTable preview={preview} phase={state.phase} arrived={arrived} listKey={JSON.stringify(input)} />
          </div>
        </>
      ) : (
        <div className={styles.table}>
          {state.phase === 'previewing' && <SkeletonRows label="Looking what is there" rows={10} height={26} />}
          {state.phase === 'choosing' && (
            <p className={styles.none}>Choose where it goes, and what would be copied shows here.</p>
          )}
        </div>
      )}
      <ActionBar
        state={state}
        kind={kind}
        targetName={target.stores.find((store) => store.location === to)?.name ?? to}
        onStart={() => void start()}
        onCancel={cancel}
        onAgain={again}
        onOpen={() => void openTarget()}
      />
    </div>
  );
}

/** Where it goes: what the address says, else what fits: an open store, a new one, or for a store a folder beside it. */
function useTarget(
  source: Source,
  address: TransferAddress,
): { readonly kind: TargetKind; readonly to: string; readonly stores: readonly Source[]; readonly newStore: string } {
  const sources = useSources();
  const info = useRead('app.info', {}, { versioned: false }).data;
  const stores = (sources ?? []).filter((one) => one.kind === 'store' && one.writable && one.id !== source.id);
  const kind = address.kind ?? (source.kind === 'store' ? 'folder' : 'store');
  const newStore = info?.storeFolder ?? '';
  const folder = info ? `${info.homeFolder}/${source.name.replace(/\.tar$/, '')}-export` : '';
  const proposed = kind === 'folder' ? folder : (stores[0]?.location ?? newStore);
  return { kind, to: address.to ?? proposed, stores, newStore };
}
