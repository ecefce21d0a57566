import { X } from 'lucide-react';
import { Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Source } from '../../shared/model/source.ts';
import { useParam } from '../base/address.ts';
import { IconButton } from '../base/button.tsx';
import { ErrorBoundary } from '../base/error-boundary.tsx';
import { SkeletonRows } from '../base/skeleton.tsx';
import styles from './inspector.module.css';
import { closeInspector } from './panes.ts';
import type { Inspected } from './use-inspected.ts';

/** Tabs about what is inspected: the subject in the address, or the source. */
export function Inspector({
  inspected,
  source,
}: {
  readonly inspected: Inspected;
  readonly source: Source | undefined;
}) {
  const [wanted, setWanted] = useParam('panel');
  const { panels, value } = inspected;
  const selected = panels.some((panel) => panel.id === wanted) ? wanted : panels[0]?.id;
  return (
    <Tabs
      className={styles.tabs ?? ''}
      selectedKey={selected ?? ''}
      onSelectionChange={(key) => setWanted(key === panels[0]?.id ? undefined : String(key), { replace: true })}
    >
      <div className={styles.head}>
        <TabList aria-label="Inspector" className={styles.list ?? ''}>
          {panels.map((panel) => (
            <Tab key={panel.id} id={panel.id} className={styles.tab ?? ''}>
              {panel.title}
            </Tab>
          ))}
        </TabList>
        <span className="spring" />
        <IconButton icon={X} label="Close the inspector" keys="i" onPress={closeInspector} className={styles.close} />
      </div>
      {panels.map(({ id, component: Panel }) => (
        <TabPanel key={id} id={id} className={styles.panel ?? ''}>
          <ErrorBoundary resetKey={`${id} ${value}`}>
            <Suspense fallback={<SkeletonRows label="Loading" rows={6} />}>
              <Panel source={source} value={value} />
            </Suspense>
          </ErrorBoundary>
        </TabPanel>
      ))}
    </Tabs>
  );
}
