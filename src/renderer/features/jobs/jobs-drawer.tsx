import { ChevronDown } from 'lucide-react';
import { usePlace } from '../../base/address.ts';
import { IconButton } from '../../base/button.tsx';
import { ResizeHandle } from '../../base/resize-handle.tsx';
import { usePanels, usePreferences } from '../../base/window-state.ts';
import { JobList } from './job-list.tsx';
import styles from './jobs-drawer.module.css';

const MIN_PX = 100;
const MAX_PX = 600;
const STEP_PX = 36;

function clampHeight(height: number): number {
  return Math.min(MAX_PX, Math.max(MIN_PX, height));
}

/** The jobs at the lower edge of any view; its edge is dragged or moved with the arrow keys, or with Alt and
 * the arrow keys from inside. */
export function JobsDrawer() {
  const isOpen = usePanels((panels) => panels.jobsDrawer);
  const height = usePreferences((preferences) => preferences.jobsHeight);
  const { sourceId, segment } = usePlace();
  if (!isOpen || (sourceId === undefined && segment === 'jobs')) return null;
  return (
    <section
      className={styles.drawer}
      style={{ height }}
      aria-label="Jobs drawer"
      onKeyDown={(event) => {
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!event.altKey || step === undefined) return;
        event.preventDefault();
        usePreferences.setState({ jobsHeight: clampHeight(height + step * STEP_PX) });
      }}
    >
      <ResizeHandle
        label="Height of the jobs drawer"
        edge="top"
        value={height}
        min={MIN_PX}
        max={MAX_PX}
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
