import { CopyButton } from '../../base/copy-button.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import styles from './record.module.css';
import { WithRecord } from './with-record.tsx';

/** The record as the command line prints it. */
export function RecordJsonPanel({ source, value }: InspectorPanelProps) {
  if (!source) return null;
  return (
    <WithRecord sourceId={source.id} id={value}>
      {(record) => {
        const text = JSON.stringify(record, undefined, 2);
        return (
          <div className={styles.json}>
            <CopyButton text={text} label="Copy JSON" className={styles.copyJson ?? ''} />
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
            <pre className={styles.source} tabIndex={0}>
              {text}
            </pre>
          </div>
        );
      }}
    </WithRecord>
  );
}
