import { ChevronDown } from 'lucide-react';
import { usePlace } from '../../base/address.ts';
import { IconButton } from '../../base/button.tsx';
import { ResizeHandle } from '../../base/resize-handle.tsx';
import { usePanels, usePreferences } from '../../base/window-state.ts';
import { JobList } from './job-list.tsx';
import styles from './jobs-drawer.module.css';

/** The jobs at the lower edge of any view; its edge is dragged or moved with the arrow keys. */
export function JobsDrawer() {
  const isOpen = usePanels((panels) => panels.jobsDrawer);
  const height = usePreferences((preferences) => preferences.jobsHeight);
  const { sourceId, segment } = usePlace();
  if (!isOpen || (sourceId === undefined && segment === 'jobs')) return null;
  return (
    <section className={styles.drawer} style={{ height }} aria-label="Jobs drawer">
      <ResizeHandle
        label="Height of the jobs drawer"
        edge="top"
        value={height}
        min={100}
        max={600}
        onChange={(jobsHeight) => usePreferences.setState({ jobsHeight })}
      />
      <JobList
        end={
          <IconButton
            icon={ChevronDown}
            label="Close the jobs drawer"
            onPress={() => usePanels.setState({ jobsDrawer: false })}
          />
        }
      />
    </section>
  );
}
