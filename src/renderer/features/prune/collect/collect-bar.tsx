import { CircleCheck, RotateCcw, Scissors, Trash2, Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '../../../../shared/base/bytes.ts';
import { ActionBar } from '../../../base/action-bar.tsx';
import { Button } from '../../../base/button.tsx';
import { Icon } from '../../../base/icon.tsx';
import { Dialog } from '../../../base/overlay.tsx';
import { ProgressBar, ProgressRing } from '../../../base/progress.tsx';
import { countOf } from '../../../base/quantity.tsx';
import shared from '../prune.module.css';
import { doneSentence, reportLines, undoSentence } from './collect-words.ts';
import type { Collect } from './use-collect.ts';

/** The last word: what goes, whether it can come back, and the button that does it after a question. */
export function CollectBar({ collect, onAgain }: { readonly collect: Collect; readonly onAgain: () => void }) {
  const { state, job, isUndoing } = collect;
  const [isAsking, setAsking] = useState(false);
  if (state.phase === 'applying') {
    const progress = job?.progress;
    const share = progress?.total ? progress.done / progress.total : undefined;
    const title = `Deleting ${countOf(state.plan.goes.blobs, 'blob')}`;
    const { jobId } = state;
    return (
      <ActionBar
        label="Apply"
        mark={<ProgressRing share={share} size={16} />}
        title={<b>{title}</b>}
        note="Manifests are looked at again before each thousand."
        progress={<ProgressBar share={share} label={title} text={progress?.phase ?? 'Starting'} />}
        actions={
          <Button icon={X} isDisabled={!jobId} {...(jobId ? { onPress: () => collect.cancel(jobId) } : {})}>
            Cancel
          </Button>
        }
      />
    );
  }
  if (state.phase === 'done') {
    const { report, isUndone } = state;
    return (
      <ActionBar
        label="Apply"
        mark={<Icon of={isUndone ? Undo2 : CircleCheck} size={16} className={shared.staysMark} />}
        title={<b>{doneSentence(report, isUndone)}</b>}
        isNews
        note={isUndone ? 'The bucket is as it was before.' : reportLines(report).join(' ') || 'All of the plan went.'}
        actions={
          <>
            <Button icon={RotateCcw} onPress={onAgain}>
              Plan again
            </Button>
            {report.canUndo && !isUndone && (
              <Button
                icon={Undo2}
                variant="primary"
                isDisabled={isUndoing}
                onPress={() => void collect.undo(report.plan)}
              >
                Undo
              </Button>
            )}
          </>
        }
      />
    );
  }
  if (state.phase !== 'planned') return null;
  const { goes, undo } = state.plan;
  const what = countOf(goes.blobs, 'blob');
  return (
    <>
      <ActionBar
        label="Apply"
        mark={<Icon of={Scissors} size={16} className={goes.blobs > 0 ? shared.goesMark : shared.quiet} />}
        title={<b>{goes.blobs === 0 ? 'There is nothing to delete.' : `${what}, ${formatBytes(goes.bytes)}.`}</b>}
        note={`${undoSentence(undo)} Each blob and every manifest is looked at again before.`}
        actions={
          <Button variant="danger" icon={Trash2} isDisabled={goes.blobs === 0} onPress={() => setAsking(true)}>
            {`Delete ${what}`}
          </Button>
        }
      />
      <Dialog
        title={`Delete ${what}?`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onPress={() => setAsking(false)}>Keep them</Button>
            <Button
              variant="danger"
              icon={Trash2}
              onPress={() => {
                setAsking(false);
                void collect.apply();
              }}
            >
              {`Delete ${what}`}
            </Button>
          </>
        }
      >
        <p className={shared.text}>
          <b>{undoSentence(undo)}</b> No manifest needs them. What a manifest begins to need until then, or somebody
          writes anew, stays.
        </p>
      </Dialog>
    </>
  );
}
