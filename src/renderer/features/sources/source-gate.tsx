import { FolderOpen, PackageX, RotateCcw, X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { ProgressRing } from '../../base/progress.tsx';
import { formatProgress } from '../../base/progress-text.ts';
import { useShell } from '../../base/shell-context.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { showDialog } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useJob, useSources } from '../../client/hooks.ts';
import { ProblemsBanner } from './problems-banner.tsx';
import styles from './source-gate.module.css';
import { useCloseSource } from './use-open-source.ts';

/** Lets a view show once its source can be asked; before that its progress, and its error where it cannot. */
export function SourceGate({
  source,
  children,
}: {
  readonly source: Source | undefined;
  readonly children: (ready: Source) => ReactNode;
}) {
  if (!source) return <NotOpen />;
  switch (source.state) {
    case 'listed':
      return <Listed source={source} />;
    case 'opening':
      return <Opening source={source} />;
    case 'failed':
      return <Failed source={source} />;
    case 'ready':
      return (
        <>
          {source.problems.length > 0 && <ProblemsBanner source={source} />}
          <div className={styles.view}>{children(source)}</div>
        </>
      );
  }
}

/** Of the last session, and not read yet: whoever looks at it does not wait for its turn. */
function Listed({ source: { id, name } }: { readonly source: Source }) {
  const engine = useEngine();
  const { fail } = useShell();
  useEffect(() => {
    engine.sources.get({ sourceId: id }).catch((error: unknown) => fail(`${name} was not opened`, error));
  }, [engine, fail, id, name]);
  return <SkeletonRows label={`Opening ${name}`} rows={10} />;
}

function NotOpen() {
  return (
    <EmptyState
      icon={PackageX}
      title="This source is not open"
      action={
        <Button variant="primary" icon={FolderOpen} onPress={() => showDialog('open')}>
          Open a cache
        </Button>
      }
    >
      It may have been taken from the list since this link was made.
    </EmptyState>
  );
}

function Failed({ source }: { readonly source: Source }) {
  const engine = useEngine();
  const { fail } = useShell();
  const sources = useSources() ?? [];
  const closeSource = useCloseSource();
  return (
    <div className={styles.scroll}>
      <ErrorState
        title="This cache cannot be read"
        error={source.error ?? { code: 'INTERNAL', message: 'No reason was given.' }}
        actions={
          <>
            <Button
              variant="primary"
              icon={RotateCcw}
              onPress={() => {
                engine.sources
                  .reload({ sourceId: source.id, force: true })
                  .catch((error: unknown) => fail(`${source.name} was not read again`, error));
              }}
            >
              Try again
            </Button>
            <Button icon={FolderOpen} onPress={() => showDialog('open')}>
              Open another
            </Button>
            <Button variant="ghost" icon={X} onPress={() => closeSource(source, sources)}>
              Take from the list
            </Button>
          </>
        }
      />
    </div>
  );
}

function Opening({ source }: { readonly source: Source }) {
  return (
    <>
      <OpeningBar source={source} />
      <SkeletonRows label={`Opening ${source.name}`} rows={10} />
      <p className={styles.note}>Everything else can be used meanwhile.</p>
    </>
  );
}

function OpeningBar({ source }: { readonly source: Source }) {
  const engine = useEngine();
  const { fail } = useShell();
  const job = useJob(source.jobId);
  return (
    <div className={styles.bar}>
      <ProgressRing share={job?.progress.total ? job.progress.done / job.progress.total : undefined} />
      <span>Opening {source.name}</span>
      <span className="t3 ellipsis num">{job ? `${job.progress.phase}, ${formatProgress(job.progress)}` : ''}</span>
      <span className="spring" />
      {source.jobId !== undefined && (
        <Button
          variant="ghost"
          onPress={() => {
            engine.jobs
              .cancel({ jobId: source.jobId ?? '' })
              .catch((error: unknown) => fail('It was not cancelled', error));
          }}
        >
          Cancel
        </Button>
      )}
    </div>
  );
}
