import { Activity } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../../../shared/model/job.ts';
import { useParam } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { EmptyState } from '../../base/empty-state.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { useShell } from '../../base/shell-context.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useClearJobs, useJobs } from '../../client/hooks.ts';
import styles from './job-list.module.css';
import { JobRow } from './job-row.tsx';

type Choice = 'all' | 'running' | 'failed';

/** Jobs with a choice of which, as the drawer and the view show them. `end` stands at the right of the heading. */
export function JobList({ end }: { readonly end?: React.ReactNode }) {
  const known = useJobs();
  const jobs = known ?? [];
  const clear = useClearJobs();
  const { fail } = useShell();
  const [choice, setChoice] = useState<Choice>('all');
  const [selected] = useParam('job');
  const count = (state: Job['state']): number => jobs.filter((job) => job.state === state).length;
  const shown = jobs.filter((job) => choice === 'all' || job.state === choice);
  return (
    <>
      <div className={styles.head}>
        <h2 className="medium">Jobs</h2>
        <Segmented
          label="Which jobs"
          value={choice}
          onChange={setChoice}
          options={[
            { value: 'all', label: `All ${jobs.length}` },
            { value: 'running', label: `Running ${count('running')}` },
            { value: 'failed', label: `Failed ${count('failed')}` },
          ]}
        />
        <span className="spring" />
        <Button
          variant="ghost"
          isDisabled={jobs.every((job) => job.state === 'running')}
          onPress={() => {
            clear().catch((error: unknown) => fail('The list was not cleared', error));
          }}
        >
          Clear finished
        </Button>
        {end}
      </div>
      {known === undefined ? (
        <SkeletonRows label="Asking for the jobs" rows={4} />
      ) : shown.length === 0 ? (
        <EmptyState icon={Activity} title={jobs.length === 0 ? 'Nothing has run yet' : 'None of these'}>
          Opening, verifying, importing, exporting and pruning show here while they run and after.
        </EmptyState>
      ) : (
        <ul className={styles.list}>
          {shown.map((job) => (
            <JobRow key={job.id} job={job} isSelected={job.id === selected} />
          ))}
        </ul>
      )}
    </>
  );
}
