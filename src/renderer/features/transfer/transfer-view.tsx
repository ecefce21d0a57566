import { ArrowLeftRight, ArrowRight, Terminal } from 'lucide-react';
import { useMemo } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { commandLine } from '../../../shared/base/shell-word.ts';
import { setParams, sourceHref, useSearchParameters } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { EmptyState } from '../../base/empty-state.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { SourceViewProps } from '../../base/feature.ts';
import { Icon } from '../../base/icon.tsx';
import { useCommandLine, useShell } from '../../base/shell-context.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { TabActions } from '../../base/tab-actions.tsx';
import { rememberLocation } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useSources } from '../../client/hooks.ts';
import { EmptyStore, isEmptyStore } from '../../widgets/empty-store.tsx';
import { BlobTable } from './blob-table.tsx';
import { DonePart } from './done-part.tsx';
import { FromCard } from './from-card.tsx';
import { JoinChoice } from './join-choice.tsx';
import { NameInStore } from './name-in-store.tsx';
import { OptionsRow } from './options-row.tsx';
import { OversizedHelp } from './oversized-help.tsx';
import { PreviewPart } from './preview-part.tsx';
import { ToCard } from './to-card.tsx';
import styles from './transfer.module.css';
import {
  readTransfer,
  type TransferAddress,
  type TransferInput,
  transferCommand,
  transferOptions,
  transferParams,
} from './transfer-address.ts';
import { TransferBar } from './transfer-bar.tsx';
import { shownPreview } from './transfer-state.ts';
import { useTarget } from './use-target.ts';
import { useTransfer } from './use-transfer.ts';
import { useTransferCommands } from './use-transfer-commands.ts';

/** Copies a cache somewhere else; of a source without blobs, why that cannot be, and of an empty store, what to copy into it. */
export function TransferView({ source }: SourceViewProps) {
  if (isEmptyStore(source)) return <EmptyStore store={source} />;
  if (source.can.transfer) return <Transfer source={source} />;
  return (
    <EmptyState icon={ArrowLeftRight} title="A listing holds nothing to copy">
      It tells of records and what they take, not of their keys and layers. Open the daemon’s state folder to copy its
      cache.
    </EmptyState>
  );
}

/** What there is to do, doing it, and what came of it. */
function Transfer({ source }: SourceViewProps) {
  const engine = useEngine();
  const { fail } = useShell();
  const params = useSearchParameters();
  const address = useMemo(() => readTransfer(params), [params]);
  const target = useTarget(source, address);
  const { kind, typed, to } = target;
  const input = useMemo<TransferInput | undefined>(
    () =>
      to === ''
        ? undefined
        : { sourceId: source.id, joined: [...address.join], to, options: transferOptions(address, kind) },
    [source.id, to, address, kind],
  );
  const { state, now, copied: copiedBytes, start, cancel, again, retryPreview } = useTransfer(source.id, input, kind);
  const preview = shownPreview(state);
  const isBusy = state.phase === 'running';
  const change = (changes: Partial<TransferAddress>): void =>
    setParams(transferParams({ ...address, ...changes }), { replace: true });
  const others = (useSources() ?? []).filter(({ id, can }) => can.transfer && id !== source.id);
  const joined = others.filter(({ id }) => address.join.includes(id));
  const from = [source, ...joined].map(({ location }) => location);
  const words = to === '' ? undefined : transferCommand(address, kind, from, to);
  useCommandLine(words);
  const { copied, copy } = useCopy();
  const copyCommand = (): void => {
    if (words) copy(commandLine(words));
  };
  const canStart = state.phase === 'ready' || state.phase === 'failed' || state.phase === 'cancelled';
  useTransferCommands({
    start: canStart ? () => void start() : undefined,
    copyCommand: words ? copyCommand : undefined,
  });

  const openTarget = async (): Promise<void> => {
    try {
      const opened = await engine.sources.open({ location: to });
      rememberLocation(opened.source.location);
      navigate(sourceHref(opened.source.id, 'overview'));
    } catch (error) {
      fail('The target was not opened', error);
    }
  };

  return (
    <div className={styles.view}>
      <TabActions>
        <Button icon={Terminal} isDisabled={words === undefined} onPress={copyCommand}>
          {copied ? 'Copied' : 'Copy as command'}
        </Button>
      </TabActions>
      <div className={styles.ends}>
        <FromCard source={source} refName={address.ref} onRef={(ref) => change({ ref })}>
          <JoinChoice others={others} join={address.join} onJoin={(join) => change({ join })} isDisabled={isBusy} />
        </FromCard>
        <span className={styles.arrow}>
          <Icon of={ArrowRight} size={16} />
        </span>
        <ToCard
          kind={kind}
          to={typed}
          references={target.references}
          stores={target.stores}
          newStore={target.newStore}
          onChange={(changes) => change({ kind, to: typed, ...changes })}
          isDisabled={isBusy}
        >
          <NameInStore address={address} proposed={preview?.refs ?? []} onChange={change} isDisabled={isBusy} />
        </ToCard>
      </div>
      <OptionsRow sourceId={source.id} kind={kind} address={address} onChange={change} isDisabled={isBusy} />
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
          <PreviewPart
            preview={preview}
            copied={copiedBytes}
            isOld={state.phase === 'previewing'}
            help={<OversizedHelp source={source} address={address} onChange={change} isDisabled={isBusy} />}
          />
          <div className={styles.table} data-old={state.phase === 'previewing' || undefined}>
            <BlobTable preview={preview} phase={state.phase} now={now} listKey={JSON.stringify(input)} />
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
      <TransferBar
        state={state}
        kind={kind}
        targetName={target.name}
        onStart={() => void start()}
        onCancel={cancel}
        onAgain={again}
        onOpen={() => void openTarget()}
      />
    </div>
  );
}
