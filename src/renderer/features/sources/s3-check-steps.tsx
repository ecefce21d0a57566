import { Check, Clock, LoaderCircle, X } from 'lucide-react';
import { S3_STEPS, type S3Check, type S3Step, type S3StepResult } from '../../../shared/model/s3-check.ts';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import styles from './connect-s3.module.css';

/** What each step is called. */
const NAMES: Readonly<Record<S3Step, string>> = {
  endpoint: 'Endpoint answers',
  clock: 'Clock agrees',
  credentials: 'Credentials accepted',
  bucket: 'Bucket found',
  list: 'May list',
  read: 'May read',
  write: 'May write',
  delete: 'May delete',
};

/** What a step says that was not looked at. */
const WAITING: Readonly<Partial<Record<S3Step, string>>> = {
  read: 'nothing lies there to read',
  write: 'not tested: it is not allowed below',
  delete: 'needs an object of its own',
};

const ICONS = { waiting: Clock, running: LoaderCircle, done: Check, failed: X } as const;

/** The steps of a test, what each found, and what helps with the one that failed. */
export function S3CheckSteps({ check, mayWrite }: { readonly check: S3Check | undefined; readonly mayWrite: boolean }) {
  const steps: readonly S3StepResult[] = check?.steps ?? S3_STEPS.map((step) => ({ step, state: 'waiting' }));
  return (
    <>
      <h3 className={styles.heading}>
        <span role="status">{headingOf(check)}</span>
      </h3>
      <ol>
        {steps.map(({ step, state, found, error }) => (
          <li key={step} data-state={state}>
            <div className={styles.step}>
              <span className={classNames(styles.mark, styles[state])}>
                <Icon of={ICONS[state]} size={12} stroke={2.4} />
              </span>
              <span className={styles.name}>
                {NAMES[step]}
                <span className="visually-hidden">: {STATE_WORDS[state]}</span>
              </span>
              <span className={styles.found}>{error ? error.code : (found ?? waitingText(check, step, mayWrite))}</span>
            </div>
            {error && (
              <div className={styles.help} role="alert">
                <p>{error.message}</p>
                {error.hint !== undefined && <p>{error.hint}</p>}
              </div>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

const STATE_WORDS = { waiting: 'not looked at', running: 'under way', done: 'yes', failed: 'no' } as const;

function waitingText(check: S3Check | undefined, step: S3Step, mayWrite: boolean): string {
  if (!check?.isOver) return '';
  if (check.steps.some(({ state }) => state === 'failed')) return '';
  return mayWrite && step === 'write' ? '' : (WAITING[step] ?? '');
}

function headingOf(check: S3Check | undefined): string {
  if (!check) return 'Not tested yet';
  if (!check.isOver) return 'Testing';
  if (check.access === 'none') return 'It cannot be opened';
  if (check.caches === 0) return 'It can be reached, and no cache lies there yet';
  if (check.access === 'read') return 'It can be read, but not written';
  return check.access === 'write' ? 'It can be read and written' : 'It can be read';
}
