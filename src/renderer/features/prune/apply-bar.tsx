import { CircleCheck, DatabaseZap, RotateCcw, Scissors, Trash2, Undo2, X } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { formatCount } from '../../../shared/base/bytes.ts';
import { formatDuration } from '../../../shared/base/time.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { PrunePlan } from '../../../shared/model/plan.ts';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { ProgressBar, ProgressRing } from '../../base/progress.tsx';
import { countOf } from '../../base/quantity.tsx';
import { applySentence, doneSentence, sideCount } from './plan-words.ts';
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
    <section className={styles.apply} aria-label="Apply">
      <Icon of={Scissors} size={16} className={isNothing(plan) ? styles.quiet : styles.goesMark} />
      <div className={styles.applyWords}>
        <p>
          <b>{applySentence(plan)}</b>
        </p>
        <p className={styles.applyNote}>{noteOf(source, plan)}</p>
      </div>
      <span className="spring" />
      {source.writable ? (
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
      )}
    </section>
  );
}

function buttonCount({ goes }: PrunePlan): string {
  return goes.records > 0 ? formatCount(goes.records) : countOf(goes.blobs, 'blob');
}

function noteOf(source: Source, plan: PrunePlan): string {
  const exact = plan.exact ? ' Equal to BuildKit’s own choice.' : '';
  if (!source.writable) {
    return `This source is read-only: the plan shows what a prune would do. In a managed store it can be applied and undone.${exact}`;
  }
  return `Undo brings everything back until then. Each record is checked again before it moves.${exact}`;
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
    <section className={styles.apply} aria-label="Apply">
      <ProgressRing share={share} size={16} />
      <div className={styles.applyWords}>
        <p>
          <b>{title}</b> <span className="t3">{progress?.phase}</span>
        </p>
        <ProgressBar share={share} label={title} text={text} />
      </div>
      <span className={styles.applyNote}>
        {text}
        {progress?.leftMs !== undefined && `, ${formatDuration(progress.leftMs)} left`}
      </span>
      <Button icon={X} isDisabled={onCancel === undefined} {...(onCancel ? { onPress: onCancel } : {})}>
        Cancel
      </Button>
    </section>
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
    <section className={styles.apply} aria-label="Apply">
      <Icon of={isUndone ? Undo2 : CircleCheck} size={16} className={styles.staysMark} />
      <div className={styles.applyWords}>
        <p role="status">
          <b>{doneSentence(report, isUndone)}</b>
        </p>
        <p className={styles.applyNote}>
          {isUndone
            ? 'The store is as it was before.'
            : 'Nothing is deleted until the trash is emptied; then the space is free.'}
          {report.skipped.length > 0 &&
            ` ${countOf(report.skipped.length, 'item')} had changed since the plan and ${report.skipped.length === 1 ? 'was' : 'were'} left alone.`}
        </p>
      </div>
      <span className="spring" />
      <Button icon={RotateCcw} onPress={onAgain}>
        Plan again
      </Button>
      {!isUndone && (
        <Button icon={Undo2} variant="primary" onPress={() => onUndo(report.plan)}>
          Undo
        </Button>
      )}
    </section>
  );
}
