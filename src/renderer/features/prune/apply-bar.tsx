import { CircleCheck, DatabaseZap, RotateCcw, Scissors, Trash2, Undo2, X } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { formatCount } from '../../../shared/base/bytes.ts';
import { formatDuration } from '../../../shared/base/time.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { PrunePlan } from '../../../shared/model/plan.ts';
import type { Source } from '../../../shared/model/source.ts';
import { ActionBar } from '../../base/action-bar.tsx';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { ProgressBar, ProgressRing } from '../../base/progress.tsx';
import { countOf } from '../../base/quantity.tsx';
import { applySentence, doneSentence, planNote, sideCount } from './plan-words.ts';
import styles from './prune.module.css';
import { isNothing, type PruneState, shownPlan } from './prune-machine.ts';

/** The last word: what goes, what stays, and the one button that does it. */
export function ApplyBar({
  source,
  state,
  job,
  other,
  onApply,
  onCancel,
  onUndo,
  onAgain,
}: {
  readonly source: Source;
  readonly state: PruneState;
  readonly job: Job | undefined;
  /** A prune of this store that was started elsewhere. */
  readonly other: Job | undefined;
  readonly onApply: () => void;
  readonly onCancel: (jobId: string) => void;
  readonly onUndo: (plan: string) => void;
  readonly onAgain: () => void;
}) {
  const plan = shownPlan(state);
  if (state.phase === 'applying') {
    const { jobId } = state;
    return (
      <Progress
        job={job}
        title={`Moving ${sideCount(state.plan.goes)} to the trash`}
        {...(jobId === undefined ? {} : { onCancel: () => onCancel(jobId) })}
      />
    );
  }
  if (other) return <Progress job={other} title={other.title} onCancel={() => onCancel(other.id)} />;
  if (state.phase === 'done') return <Done state={state} onUndo={onUndo} onAgain={onAgain} />;
  if (!plan) return null;
  return (
    <ActionBar
      label="Apply"
      mark={<Icon of={Scissors} size={16} className={isNothing(plan) ? styles.quiet : styles.goesMark} />}
      title={<b>{applySentence(plan)}</b>}
      note={planNote(source, plan)}
      actions={
        source.can.prune === 'here' ? (
          <Button
            variant="danger"
            icon={state.phase === 'planning' ? RotateCcw : Trash2}
            isDisabled={state.phase !== 'planned' || isNothing(plan)}
            onPress={onApply}
          >
            {state.phase === 'planning' ? 'Planning…' : `Move ${buttonCount(plan)} to trash`}
          </Button>
        ) : (
          <Button
            variant="primary"
            icon={DatabaseZap}
            onPress={() => navigate(sourceHref(source.id, 'transfer', { kind: 'store' }))}
          >
            Import into a store first
          </Button>
        )
      }
    />
  );
}

function buttonCount({ goes }: PrunePlan): string {
  return goes.records > 0 ? countOf(goes.records, 'record') : countOf(goes.blobs, 'blob');
}

function Progress({
  job,
  title,
  onCancel,
}: {
  readonly job: Job | undefined;
  readonly title: string;
  readonly onCancel?: () => void;
}) {
  const progress = job?.progress;
  const share = progress?.total ? progress.done / progress.total : undefined;
  const text = progress
    ? `${formatCount(progress.done)}${progress.total === undefined ? '' : ` of ${formatCount(progress.total)}`} ${progress.unit}`
    : 'Starting';
  return (
    <ActionBar
      label="Apply"
      mark={<ProgressRing share={share} size={16} />}
      title={
        <>
          <b>{title}</b> <span className="t3">{progress?.phase}</span>
        </>
      }
      progress={<ProgressBar share={share} label={title} text={text} />}
      figures={`${text}${progress?.leftMs === undefined ? '' : `, ${formatDuration(progress.leftMs)} left`}`}
      actions={
        <Button icon={X} isDisabled={onCancel === undefined} {...(onCancel ? { onPress: onCancel } : {})}>
          Cancel
        </Button>
      }
    />
  );
}

function Done({
  state,
  onUndo,
  onAgain,
}: {
  readonly state: Extract<PruneState, { readonly phase: 'done' }>;
  readonly onUndo: (plan: string) => void;
  readonly onAgain: () => void;
}) {
  const { report, isUndone } = state;
  return (
    <ActionBar
      label="Apply"
      mark={<Icon of={isUndone ? Undo2 : CircleCheck} size={16} className={styles.staysMark} />}
      title={<b>{doneSentence(report, isUndone)}</b>}
      isNews
      note={
        <>
          {isUndone
            ? 'The store is as it was before.'
            : 'Nothing is deleted until the trash is emptied; then the space is free.'}
          {report.skipped.length > 0 &&
            ` ${countOf(report.skipped.length, 'item')} had changed since the plan and ${report.skipped.length === 1 ? 'was' : 'were'} left alone.`}
        </>
      }
      actions={
        <>
          <Button icon={RotateCcw} onPress={onAgain}>
            Plan again
          </Button>
          {!isUndone && (
            <Button icon={Undo2} variant="primary" onPress={() => onUndo(report.plan)}>
              Undo
            </Button>
          )}
        </>
      }
    />
  );
}
