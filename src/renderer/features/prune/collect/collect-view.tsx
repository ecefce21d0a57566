import { ListChecks, Scissors, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { isCacheError } from '../../../../shared/base/errors.ts';
import { parseDuration } from '../../../../shared/base/time.ts';
import { Button } from '../../../base/button.tsx';
import { EmptyState } from '../../../base/empty-state.tsx';
import { ErrorState } from '../../../base/error-state.tsx';
import type { SourceViewProps } from '../../../base/feature.ts';
import { TextField } from '../../../base/field.tsx';
import { countOf } from '../../../base/quantity.tsx';
import { useCommandLine } from '../../../base/shell-context.ts';
import { SkeletonRows } from '../../../base/skeleton.tsx';
import { TabActions } from '../../../base/tab-actions.tsx';
import shared from '../prune.module.css';
import { CollectBar } from './collect-bar.tsx';
import { CollectFacts } from './collect-facts.tsx';
import { GoingTable, OwnerList } from './collect-tables.tsx';
import { doneSentence, planSentence } from './collect-words.ts';
import { useCollect } from './use-collect.ts';

/** What no manifest of a bucket needs: plan, delete, and undo where the bucket keeps versions. */
export function CollectView({ source }: SourceViewProps) {
  const [age, setAge] = useState('2d');
  const collect = useCollect(source);
  const { state, undoable } = collect;
  const read = readAge(age);
  const plan = 'plan' in state ? state.plan : undefined;
  const isBusy = state.phase === 'planning' || state.phase === 'applying' || collect.isUndoing;
  const makePlan = (): void => {
    if (read.ms !== undefined) void collect.plan(read.ms);
  };
  useCommandLine(read.ms === undefined ? undefined : ['prune', source.location, '--orphans', '--older-than', age]);
  const [last] = undoable;

  return (
    <div className={shared.view}>
      {last && (
        <TabActions>
          <Button icon={Undo2} variant="ghost" isDisabled={isBusy} onPress={() => void collect.undo(last.plan)}>
            {`Undo the deletion of ${countOf(last.blobs, 'blob')}`}
          </Button>
        </TabActions>
      )}
      <div className={shared.upper}>
        <section aria-label="Grace period">
          <div className={shared.cardHead}>
            <h2>What may go</h2>
          </div>
          <div className={shared.field}>
            <span className={shared.fieldLabel} aria-hidden="true">
              older than
            </span>
            <TextField
              label="Only blobs older than"
              isLabelHidden
              value={age}
              onChange={setAge}
              placeholder="2d"
              isDisabled={isBusy}
              error={read.error}
            />
          </div>
          <Button variant="primary" icon={ListChecks} isDisabled={isBusy || read.ms === undefined} onPress={makePlan}>
            {state.phase === 'planning' ? 'Planning…' : 'Plan a collection'}
          </Button>
          <p className={shared.note}>
            Blobs that no manifest needs, whatever its name. Younger ones stay: an export that runs now may count on
            them before its manifest is written.
          </p>
        </section>
        <section className={shared.outcome} aria-label="What it does">
          <div className={shared.cardHead}>
            <h2>What it does</h2>
          </div>
          <p className={shared.verdict} role="status">
            {state.phase === 'done'
              ? doneSentence(state.report, state.isUndone)
              : plan
                ? planSentence(plan)
                : 'Nothing is planned yet.'}
          </p>
          {plan && <CollectFacts plan={plan} renewal={collect.renewal} onRenew={() => void collect.renew()} />}
        </section>
      </div>
      {state.phase === 'failed' && (
        <div className={shared.failure}>
          <ErrorState
            error={state.error}
            isCompact
            title={plan ? 'The plan was not applied' : 'No plan could be made'}
            actions={
              <Button variant="primary" onPress={makePlan}>
                Plan again
              </Button>
            }
          />
        </div>
      )}
      {plan ? (
        <div className={shared.lower}>
          <GoingTable plan={plan} isGone={state.phase === 'done'} />
          <OwnerList plan={plan} />
        </div>
      ) : (
        <div className={shared.waiting}>
          {state.phase === 'planning' ? (
            <SkeletonRows label="Planning" rows={8} height={26} />
          ) : (
            state.phase !== 'failed' && (
              <EmptyState icon={Scissors} title="Plan first">
                A plan lists the bucket and reads every manifest, and changes nothing. What would go, and what keeps the
                rest, shows here.
              </EmptyState>
            )
          )}
        </div>
      )}
      <CollectBar collect={collect} onAgain={makePlan} />
    </div>
  );
}

function readAge(text: string): { readonly ms?: number; readonly error?: string } {
  try {
    return { ms: parseDuration(text) };
  } catch (error) {
    if (isCacheError(error)) return { error: `${error.message} ${error.hint ?? ''}` };
    throw error;
  }
}
