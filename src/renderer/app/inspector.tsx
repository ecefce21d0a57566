import { X } from 'lucide-react';
import { Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Source } from '../../shared/model/source.ts';
import { type Place, useParam, useSearchParameters } from '../base/address.ts';
import { IconButton } from '../base/button.tsx';
import { ErrorBoundary } from '../base/error-boundary.tsx';
import { SkeletonRows } from '../base/skeleton.tsx';
import { panelsFor, SOURCE_FEATURES, WINDOW_FEATURES } from './features.ts';
import styles from './inspector.module.css';
import { closeInspector } from './panes.ts';

/** Tabs about what is inspected: the subject in the address, or the source. */
export function Inspector({ place, source }: { readonly place: Place; readonly source: Source | undefined }) {
  const params = useSearchParameters();
  const [wanted, setWanted] = useParam('panel');
  const view = (place.sourceId === undefined ? WINDOW_FEATURES : SOURCE_FEATURES).find(
    (feature) => feature.segment === place.segment,
  );
  const found = panelsFor(view?.id, source?.id, params);
  if (!found) {
    return (
      <>
        <div className={styles.head}>
          <span className={styles.title}>Inspector</span>
          <span className="spring" />
          <IconButton icon={X} label="Close the inspector" keys="i" onPress={closeInspector} className={styles.close} />
        </div>
        <p className={styles.nothing}>Choose something to see its details here.</p>
      </>
    );
  }
  const selected = found.panels.some((panel) => panel.id === wanted) ? wanted : found.panels[0]?.id;
  return (
    <Tabs
      className={styles.tabs ?? ''}
      selectedKey={selected ?? ''}
      onSelectionChange={(key) => setWanted(key === found.panels[0]?.id ? undefined : String(key), { replace: true })}
    >
      <div className={styles.head}>
        <TabList aria-label="Inspector" className={styles.list ?? ''}>
          {found.panels.map((panel) => (
            <Tab key={panel.id} id={panel.id} className={styles.tab ?? ''}>
              {panel.title}
            </Tab>
          ))}
        </TabList>
        <span className="spring" />
        <IconButton icon={X} label="Close the inspector" keys="i" onPress={closeInspector} className={styles.close} />
      </div>
      {found.panels.map(({ id, component: Panel }) => (
        <TabPanel key={id} id={id} className={styles.panel ?? ''}>
          <ErrorBoundary resetKey={`${id} ${found.value}`}>
            <Suspense fallback={<SkeletonRows label="Loading" rows={6} />}>
              <Panel source={source} value={found.value} />
            </Suspense>
          </ErrorBoundary>
        </TabPanel>
      ))}
    </Tabs>
  );
}
