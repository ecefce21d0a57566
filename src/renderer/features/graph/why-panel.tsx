import { Route, Workflow } from 'lucide-react';
import { useLocation } from 'wouter';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { RecordDetail, RecordRef } from '../../../shared/model/record.ts';
import { inspect, sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { Bytes, Count, countOf } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useRead } from '../../client/hooks.ts';
import { KindGlyph } from '../../widgets/kind-glyph.tsx';
import { RecordName, recordTitle } from '../../widgets/record-name.tsx';
import styles from './graph.module.css';
import { useLineToRoot } from './use-line-to-root.ts';

/** What keeps a record: who needs it, what only it keeps, and how it comes from a root. */
export function WhyPanel({ source, value }: InspectorPanelProps) {
  const input = source && { sourceId: source.id, id: value };
  const record = useRead('keys.get', input, { keepPrevious: true });
  const reach = useRead('graph.reach', input);
  const line = useLineToRoot(source?.id ?? '', undefined, source && value);
  const [, navigate] = useLocation();
  const error = record.error ?? reach.error;
  if (!source) return null;
  if (error) return <ErrorState error={error} isCompact />;
  if (!record.data) return <SkeletonRows label="Reading what keeps the record" rows={8} />;
  const toGraph = (trace: boolean): void =>
    navigate(sourceHref(source.id, 'graph', { from: value, record: value, trace: trace ? value : undefined }));
  return (
    <>
      <div className={styles.whyHead}>
        <KindGlyph kind={record.data.kind} size={14} isDecorative />
        <h2 className={styles.whyTitle}>{recordTitle(record.data)}</h2>
      </div>
      <p className={styles.verdict}>{verdict(record.data, reach.data?.neededBy)}</p>
      <Section title="Reach">
        <KeyValues>
          <KeyValue label="Needs" isNumber>
            {reach.data ? countOf(reach.data.needs, 'record') : '…'}
          </KeyValue>
          <KeyValue label="Needed by" isNumber>
            {reach.data ? countOf(reach.data.neededBy, 'record') : '…'}
          </KeyValue>
          <KeyValue label="Only this keeps" isNumber>
            <Bytes bytes={record.data.reclaimableBytes} isFocusable />
          </KeyValue>
        </KeyValues>
      </Section>
      <Section title="Path to root" note={line && countOf(line.length - 1, 'link')}>
        {line ? <PathList path={line} /> : <SkeletonRows label="Looking for the path" rows={3} />}
      </Section>
      <Section title="Used directly by" note={<Count count={record.data.usersTotal} />}>
        {record.data.users.length === 0 ? (
          <p className={styles.text}>Nothing. A record that nobody uses is the first to go when space runs out.</p>
        ) : (
          <ul className={styles.records}>
            {record.data.users.slice(0, 12).map((user) => (
              <li key={`${user.id} ${user.input}`}>
                <RecordButton record={user} lead={String(user.input)} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <div className={styles.buttons}>
        <Button icon={Route} keys="t" onPress={() => toGraph(true)}>
          Trace the path
        </Button>
        <Button icon={Workflow} keys="g g" onPress={() => toGraph(false)}>
          Make it the focus
        </Button>
      </div>
    </>
  );
}

/** The answer in words. */
function verdict(record: RecordDetail, neededBy: number | undefined): string {
  const keeps =
    record.reclaimableBytes > 0
      ? `${formatBytes(record.reclaimableBytes)} would be freed if it went alone.`
      : record.results.length > 0
        ? 'Its layers are shared: removing it alone would free nothing.'
        : 'It has no result of its own: other records are found through it.';
  if (record.usersTotal === 0) return `Nothing builds on it: it is the end of a build. ${keeps}`;
  const users = countOf(record.usersTotal, 'record builds', 'records build');
  const all = neededBy !== undefined && neededBy > record.usersTotal ? `, ${neededBy.toLocaleString('en')} in all` : '';
  return `Kept because ${users} on it${all}. ${keeps}`;
}

function PathList({ path }: { readonly path: readonly RecordRef[] }) {
  return (
    <ol className={`${styles.records} ${styles.path}`}>
      {path.map((record) => (
        <li key={record.id}>
          <RecordButton record={record} />
        </li>
      ))}
    </ol>
  );
}

function RecordButton({ record, lead }: { readonly record: RecordRef; readonly lead?: string }) {
  return (
    <button type="button" className={styles.linkButton} onClick={() => inspect('record', record.id)}>
      {lead !== undefined && <span className={styles.relation}>{lead}</span>}
      <RecordName record={record} />
    </button>
  );
}
