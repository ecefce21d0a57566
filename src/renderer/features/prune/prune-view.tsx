import { Scissors, Trash2 } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { PruneReport } from '../../../shared/model/plan.ts';
import { setParams, useSearchParameters } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { SourceViewProps } from '../../base/feature.ts';
import { Bytes } from '../../base/quantity.tsx';
import { useCommandLine, useShell } from '../../base/shell-context.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { TabActions } from '../../base/tab-actions.tsx';
import { useEngine } from '../../client/engine-context.tsx';
import { ApplyBar } from './apply-bar.tsx';
import { CollectView } from './collect/collect-view.tsx';
import { DaemonPrune } from './daemon-prune.tsx';
import { Outcome } from './outcome.tsx';
import { PlanTable } from './plan-table.tsx';
import { PlanTreemap } from './plan-treemap.tsx';
import { doneSentence, planSentence } from './plan-words.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { formOptions, formParams, type PolicyForm, readForm, readPolicy } from './policy-form.ts';
import styles from './prune.module.css';
import { shownPlan } from './prune-machine.ts';
import { TrashDialog } from './trash-dialog.tsx';
import { usePrune } from './use-prune.ts';
import { useTrash } from './use-trash.ts';

/** What may go; of a bucket, what no manifest needs; of a daemon's own records, why that is not planned here. */
export function PruneView({ source }: SourceViewProps) {
  if (source.can.collect) return <CollectView source={source} />;
  if (!source.can.plan) return <DaemonPrune source={source} />;
  return <PlannedPrune source={source} />;
}

/** A policy, its plan as it changes, apply and undo. */
function PlannedPrune({ source }: SourceViewProps) {
  const engine = useEngine();
  const { fail } = useShell();
  const params = useSearchParameters();
  const form = useMemo(() => readForm(params), [params]);
  const read = useMemo(() => readPolicy(form), [form]);
  const { state, dispatch, apply, job, other } = usePrune(source, read.policy);
  const trash = useTrash(source, (plan) => {
    if (state.phase === 'done' && state.report.plan === plan) dispatch({ type: 'undone' });
  });
  const [isTrashOpen, setTrashOpen] = useState(false);

  const plan = shownPlan(state);
  const isOld = state.phase === 'planning' || (state.phase === 'editing' && plan !== undefined);
  const isBusy = state.phase === 'applying' || other !== undefined;
  const setForm = (next: PolicyForm): void => setParams(formParams(next), { replace: true });
  useCommandLine(read.policy && ['prune', source.location, ...formOptions(form), '--json']);
  usePlanInInspector(plan?.plan, params);

  const done = state.phase === 'done' ? state : undefined;
  const { refresh } = trash;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each plan that was applied
  useEffect(() => refresh(), [done?.report.plan]);
  useUndoOnLeave(source.id, done && !done.isUndone ? done.report : undefined);

  const cancel = (jobId: string): void => {
    engine.jobs.cancel({ jobId }).catch((error: unknown) => fail('It was not cancelled', error));
  };
  const trashBytes =
    (trash.batches?.reduce((sum, batch) => sum + batch.bytes, 0) ?? 0) +
    trash.quarantined.reduce((sum, blob) => sum + blob.size, 0);
  const holdsNothing = source.totals?.records === 0 && source.totals.orphanBlobs === 0;
  const limit = form.all ? 0 : read.policy?.maxBytes;

  return (
    <div className={styles.view}>
      {source.can.prune === 'here' && (
        <TabActions>
          <Button icon={Trash2} variant="ghost" onPress={() => setTrashOpen(true)}>
            {trash.batches?.length || trash.quarantined.length > 0 ? (
              <>
                Trash <Bytes bytes={trashBytes} />
              </>
            ) : (
              'Trash is empty'
            )}
          </Button>
        </TabActions>
      )}
      <div className={styles.upper}>
        <PolicyEditor
          form={form}
          read={read}
          totalBytes={source.totals?.deduplicatedBytes ?? 0}
          onChange={setForm}
          isDisabled={isBusy}
        />
        <Outcome
          plan={plan}
          isOld={isOld}
          totalBytes={source.totals?.deduplicatedBytes ?? 0}
          records={source.totals?.records ?? 0}
          limit={limit}
          onLimit={(maxSize) => setForm({ ...form, maxSize, all: false })}
          isDisabled={isBusy || form.all}
        >
          <p className={styles.verdict} role="status">
            {done ? doneSentence(done.report, done.isUndone) : plan ? planSentence(plan) : 'Nothing is planned yet.'}
          </p>
        </Outcome>
      </div>
      {state.phase === 'failed' && (
        <div className={styles.failure}>
          <ErrorState
            error={state.error}
            isCompact
            title={state.during === 'planning' ? 'No plan could be made' : 'The plan was not applied'}
            actions={
              <Button variant="primary" onPress={() => dispatch({ type: 'plan-again' })}>
                {state.error.code === 'STALE_PLAN' ? 'Plan again on the store as it is now' : 'Plan again'}
              </Button>
            }
          />
        </div>
      )}
      {plan ? (
        <div className={styles.lower}>
          <PlanTable plan={plan} isOld={isOld} />
          <PlanTreemap plan={plan} isOld={isOld} />
        </div>
      ) : (
        <div className={styles.waiting}>
          {state.phase === 'planning' ? (
            <SkeletonRows label="Planning" rows={8} height={26} />
          ) : (
            state.phase !== 'failed' && (
              <EmptyState icon={Scissors} title={holdsNothing ? 'There is nothing to prune' : 'Say what may stay'}>
                {holdsNothing
                  ? 'No records and no orphan blobs are here. What a prune took is in the trash until that is emptied.'
                  : 'Set a size or an age, or take a preset. What would go, in which order and why, shows here before anything is touched.'}
              </EmptyState>
            )
          )}
        </div>
      )}
      <ApplyBar
        source={source}
        state={state}
        job={job}
        other={other}
        onApply={() => void apply()}
        onCancel={cancel}
        onUndo={(id) => void trash.undo(id)}
        onAgain={() => dispatch({ type: 'plan-again' })}
      />
      <TrashDialog source={source} trash={trash} isOpen={isTrashOpen} onClose={() => setTrashOpen(false)} />
    </div>
  );
}

/** The inspector shows the plan while nothing else is inspected. */
function usePlanInInspector(plan: string | undefined, params: URLSearchParams): void {
  const isOther = params.has('record') || params.has('layer') || params.has('job');
  const shown = params.get('plan') ?? undefined;
  // Before the screen is painted: the inspector and the bars change in one frame.
  useLayoutEffect(() => {
    if (!isOther && shown !== plan) setParams({ plan }, { replace: true });
  }, [isOther, shown, plan]);
}

/** Whoever leaves the view right after an apply takes the undo along. */
function useUndoOnLeave(sourceId: string, report: PruneReport | undefined): void {
  const engine = useEngine();
  const { offerUndo } = useShell();
  const latest = useRef(report);
  latest.current = report;
  useEffect(
    () => () => {
      const left = latest.current;
      if (!left) return;
      const undo = async (): Promise<void> => {
        await engine.prune.undo({ sourceId, plan: left.plan });
      };
      offerUndo({ text: doneSentence(left, false).replace(/\.$/, ''), undo });
    },
    [engine, offerUndo, sourceId],
  );
}
