import { CircleCheck, ShieldCheck } from 'lucide-react';
import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { Source } from '../../../shared/model/source.ts';
import { Badge } from '../../base/badge.tsx';
import { Button } from '../../base/button.tsx';
import { CopyButton } from '../../base/copy-button.tsx';
import { Digest } from '../../base/digest.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { Bytes, Count, countOf } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { useShell } from '../../base/shell-context.ts';
import { Time } from '../../base/time.tsx';
import { useEngine } from '../../client/engine-context.tsx';
import { useJobs } from '../../client/hooks.ts';
import { FORM_NAMES } from '../../widgets/source-kinds.ts';
import { DiskPart } from './disk-part.tsx';
import styles from './source-panel.module.css';

/** What a source is and what it holds, where nothing else is inspected. */
export function SourcePanel({ source }: InspectorPanelProps) {
  if (!source) return null;
  const { totals } = source;
  return (
    <>
      <div className={styles.head}>
        <h2 className="semi">{source.name}</h2>
        {source.sample && <Badge>sample</Badge>}
        {source.can.prune === 'here' || source.can.collect ? (
          <Badge tone="down">can be pruned</Badge>
        ) : (
          <Badge>read-only</Badge>
        )}
      </div>
      <Section title="Where" action={<CopyButton text={source.location} label="Copy the location" />}>
        <bdi className={styles.location}>{source.location}</bdi>
        <KeyValues>
          <KeyValue label="Opened">
            <Time at={source.openedAt} isFocusable />
          </KeyValue>
          {source.fingerprint !== undefined && (
            <KeyValue label="Fingerprint">
              <Digest digest={source.fingerprint} />
            </KeyValue>
          )}
        </KeyValues>
      </Section>
      {totals && (
        <Section title="Holds">
          <KeyValues>
            <KeyValue label="Records" isNumber>
              <Count count={totals.records} />
            </KeyValue>
            <KeyValue label="Roots" isNumber>
              <Count count={totals.rootRecords} />
            </KeyValue>
            <KeyValue label="Links" isNumber>
              <Count count={totals.links} />
            </KeyValue>
            <KeyValue label="Results" isNumber>
              <Count count={totals.results} />
            </KeyValue>
            <KeyValue label="Blobs" isNumber>
              <Count count={totals.blobs} />
            </KeyValue>
            {totals.missingBlobs > 0 && (
              <KeyValue label="Missing blobs" isNumber>
                <span className={styles.bad}>
                  <Count count={totals.missingBlobs} />
                </span>
              </KeyValue>
            )}
            {totals.orphanBlobs > 0 && (
              <KeyValue label="Orphan blobs" isNumber>
                <Count count={totals.orphanBlobs} />, <Bytes bytes={totals.orphanBytes} isFocusable />
              </KeyValue>
            )}
          </KeyValues>
        </Section>
      )}
      <DiskPart source={source} />
      {source.du && (
        <Section title="On disk, by BuildKit" note="du">
          <KeyValues>
            <KeyValue label="Records" isNumber>
              <Count count={source.du.records} />
            </KeyValue>
            <KeyValue label="Total" isNumber>
              <Bytes bytes={source.du.totalBytes} isFocusable />
            </KeyValue>
            <KeyValue label="Reclaimable" isNumber>
              <Bytes bytes={source.du.reclaimableBytes} isFocusable />
            </KeyValue>
            {source.builds !== undefined && (
              <KeyValue label="Builds" isNumber>
                <Count count={source.builds} />
              </KeyValue>
            )}
          </KeyValues>
        </Section>
      )}
      {source.caches.length > 0 && (
        <Section title="Caches" note={source.caches.length}>
          <ul className={styles.caches}>
            {source.caches.map((cache) => (
              <li key={`${cache.ref} ${cache.manifest?.digest ?? ''}`} className={styles.cache}>
                <span className="medium ellipsis">{cache.ref === '' ? 'without a name' : cache.ref}</span>
                <span className={styles.size}>
                  {CACHE_FORMS[cache.form].hasKeys ? (
                    <Bytes bytes={cache.totals.deduplicatedBytes} />
                  ) : (
                    countOf(cache.totals.records, 'record')
                  )}
                </span>
                <span className="t3 fs11">{FORM_NAMES[cache.form]}</span>
                {cache.manifest && <Digest digest={cache.manifest.digest} className={styles.digest ?? ''} />}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {source.state === 'ready' && source.problems.length === 0 && (
        <Section title="Problems" {...(source.can.verify ? { action: <VerifyButton source={source} /> } : {})}>
          <Badge tone="hit" icon={CircleCheck}>
            none found while reading
          </Badge>
        </Section>
      )}
    </>
  );
}

/** Reading finds what is missing or cut off; only a verify finds other bytes. */
function VerifyButton({ source }: { readonly source: Source }) {
  const engine = useEngine();
  const { fail } = useShell();
  const isRunning = (useJobs() ?? []).some(
    ({ kind, sourceId, state }) => kind === 'verify' && sourceId === source.id && state === 'running',
  );
  return (
    <Button
      variant="ghost"
      icon={ShieldCheck}
      tip="Reads and hashes every blob"
      isDisabled={isRunning}
      onPress={() => {
        engine.verify.start({ sourceId: source.id }).catch((error: unknown) => fail('The verify did not start', error));
      }}
    >
      {isRunning ? 'Verifying' : 'Verify'}
    </Button>
  );
}
