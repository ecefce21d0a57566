import { JobList } from './job-list.tsx';
import styles from './jobs-view.module.css';

/** All jobs of this session. */
export function JobsView() {
  return (
    <div className={styles.view}>
      <JobList />
    </div>
  );
}
