import { formatCount } from '../../../shared/base/bytes.ts';
import type { RecordDetail } from '../../../shared/model/record.ts';
import type { Source } from '../../../shared/model/source.ts';
import { Badge } from '../../base/badge.tsx';
import { Digest } from '../../base/digest.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { Time } from '../../base/time.tsx';
import { KINDS, KindGlyph } from '../../widgets/kind-glyph.tsx';
import { SizeBar, SizeLegend } from '../../widgets/size-bar.tsx';
import { ChainList } from './chain-list.tsx';
import { InputList, UserList } from './link-lists.tsx';
import { NAME_SOURCES } from './name-sources.ts';
import styles from './record.module.css';
import { RecordActions } from './record-actions.tsx';
import { UsageFacts } from './usage-facts.tsx';
import { WithRecord } from './with-record.tsx';

/** Everything known of a record. */
export function RecordPanel({ source, value }: InspectorPanelProps) {
  if (!source) return null;
  return (
    <WithRecord sourceId={source.id} id={value}>
      {(record) => <RecordFacts source={source} record={record} />}
    </WithRecord>
  );
}

function RecordFacts({ source, record }: { readonly source: Source; readonly record: RecordDetail }) {
  const from = record.nameFrom === undefined ? undefined : NAME_SOURCES[record.nameFrom];
  const text = record.operation ?? record.name;
  return (
    <>
      <div className={styles.head}>
        <KindGlyph kind={record.kind} size={14} isDecorative />
        <h2 className={styles.title}>{record.stage ?? record.name ?? 'Record'}</h2>
        <span className={styles.kind}>{KINDS[record.kind].label}</span>
        <span className="spring" />
        <Digest digest={record.digest} className={styles.digest} />
      </div>
      <RecordActions source={source} record={record} />
      {text !== undefined && (
        <Section title={record.operation === undefined ? 'Step' : 'Operation'} note={from?.word}>
          <pre className={styles.operation}>{text}</pre>
        </Section>
      )}
      <Section
        title="Size"
        note={record.usage ? 'on its disk' : record.results.length > 1 ? 'newest result' : undefined}
      >
        {record.results.length === 0 && !record.usage ? (
          <p className={styles.text}>
            It has no result: other records are found through it, but there is nothing to restore.
          </p>
        ) : (
          <Sizes record={record} />
        )}
      </Section>
      {record.usage && <UsageFacts id={record.id} usage={record.usage} />}
      <Section title="Inputs" note={record.inputs.length}>
        {record.inputs.length === 0 ? (
          <p className={styles.text}>None: it is a root.</p>
        ) : (
          <InputList sourceId={source.id} record={record} />
        )}
      </Section>
      <Section title="Used by" note={usersNote(record)}>
        {record.users.length === 0 ? (
          <p className={styles.text}>Nothing builds on it.</p>
        ) : (
          <UserList users={record.users} />
        )}
      </Section>
      {record.results.map((result, at) => (
        <Section
          // biome-ignore lint/suspicious/noArrayIndexKey: two results may have the same time and layers
          key={at}
          title={record.results.length === 1 ? 'Result' : `Result ${at + 1}`}
          note={layersNote(result)}
          action={<Time at={result.createdAt} isFocusable className={styles.when ?? ''} />}
        >
          <ChainList layers={result.layers} />
        </Section>
      ))}
      <Section title={source.caches.length > 1 ? 'Found in' : 'Reference'}>
        <Badge>
          <bdi dir="ltr">{record.ref}</bdi>
        </Badge>
      </Section>
      <Section title="Name comes from">
        <p className={styles.text}>
          {from === undefined
            ? 'Nothing: a cache export holds digests, not steps. Open it beside the provenance of its build to see names.'
            : from.sentence}
        </p>
      </Section>
    </>
  );
}

function Sizes({ record }: { readonly record: RecordDetail }) {
  return (
    <>
      <SizeBar {...record} maxBytes={record.ownBytes} isDecorative />
      <SizeLegend className={styles.legend ?? ''} />
      <KeyValues>
        <KeyValue label="Own" isNumber>
          <Bytes bytes={record.ownBytes} isFocusable />
        </KeyValue>
        <KeyValue label="Adds" isNumber>
          <Bytes bytes={record.addsBytes} isFocusable />
        </KeyValue>
        <KeyValue label="Shared" isNumber>
          <Bytes bytes={record.sharedBytes} isFocusable />
        </KeyValue>
        <KeyValue label="Only this keeps" isNumber>
          <Bytes bytes={record.reclaimableBytes} isFocusable />
        </KeyValue>
      </KeyValues>
    </>
  );
}

function usersNote(record: RecordDetail): string {
  const { usersTotal, users } = record;
  return usersTotal > users.length ? `${formatCount(usersTotal)}, the first ${users.length}` : String(usersTotal);
}

function layersNote({ layers, layersTotal }: RecordDetail['results'][number]): string {
  if (layers.length < layersTotal) return `the topmost ${layers.length} of ${countOf(layersTotal, 'layer')}`;
  return `${countOf(layersTotal, 'layer')}, bottom to top`;
}
