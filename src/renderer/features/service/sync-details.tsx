import { RefreshCw, Square, X } from 'lucide-react';
import { useState } from 'react';
import type { Sync, SyncPeriods } from '../../../shared/model/sync.ts';
import { Button } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { KeyValue, KeyValues } from '../../base/section.tsx';
import { Time } from '../../base/time.tsx';
import styles from './service.module.css';
import { isAlive } from './sync-numbers.ts';
import { useSyncActions } from './use-sync-actions.ts';

const SECOND = 1000;
const FIELDS: readonly (readonly [keyof SyncPeriods, string])[] = [
  ['importPeriodMs', 'Import every'],
  ['exportPeriodMs', 'Export every'],
  ['exportTimeoutMs', 'Export timeout'],
];

/** One sync: when it does what, its periods, its log, and stopping it. */
export function SyncDetails({ sync }: { readonly sync: Sync }) {
  const { hurry, stop, forget } = useSyncActions();
  return (
    <div className={styles.details}>
      <section aria-label="Periods">
        <h3 className={styles.heading}>
          Periods <span className="t3">of this machine</span>
        </h3>
        {sync.periods ? (
          FIELDS.map(([field, label]) => (
            <Period key={`${field} ${sync.periods?.[field]}`} sync={sync} field={field} label={label} />
          ))
        ) : (
          <p className="t3 fs12">The service has not said its periods yet.</p>
        )}
        <KeyValues className={styles.facts ?? ''}>
          <KeyValue label="Last export">
            <Time at={sync.export.lastAt} />
          </KeyValue>
          <KeyValue label="Next export">{sync.export.isRunning ? 'now' : <Time at={sync.export.nextAt} />}</KeyValue>
          <KeyValue label="Last import">
            <Time at={sync.import.lastAt} />
          </KeyValue>
          <KeyValue label="Layers go to">
            <bdi className="mono11">{sync.layersAt ?? '–'}</bdi>
          </KeyValue>
        </KeyValues>
        <div className={styles.buttons}>
          {isAlive(sync) ? (
            <>
              <Button icon={RefreshCw} isDisabled={sync.state !== 'running'} onPress={() => void hurry(sync)}>
                Sync now
              </Button>
              <Button icon={Square} isDisabled={sync.state === 'closing'} onPress={() => void stop(sync)}>
                {sync.state === 'closing' ? 'Exporting a last time' : 'Stop sync'}
              </Button>
            </>
          ) : (
            <Button icon={X} onPress={() => void forget(sync)}>
              Remove from list
            </Button>
          )}
        </div>
      </section>
      <section aria-label="Log">
        <h3 className={styles.heading}>Log</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached with the keyboard */}
        <ol className={styles.log} tabIndex={0} aria-label="Lines of the log">
          {sync.log.toReversed().map(({ at, text, isError }) => (
            <li key={`${at} ${text}`} className={isError ? styles.bad : undefined}>
              <time dateTime={new Date(at).toISOString()} className="t3">
                {new Date(at).toISOString().slice(11, 19)}
              </time>{' '}
              {text}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

/** One period, in seconds; Enter sets it. */
function Period({
  sync,
  field,
  label,
}: {
  readonly sync: Sync;
  readonly field: keyof SyncPeriods;
  readonly label: string;
}) {
  const { setPeriods } = useSyncActions();
  const known = String((sync.periods?.[field] ?? 0) / SECOND);
  const [text, setText] = useState(known);
  const seconds = Number(text);
  const isFit = text.trim() !== '' && Number.isFinite(seconds) && seconds > 0;
  const save = (): void => {
    if (isFit && text !== known) void setPeriods(sync, { [field]: seconds * SECOND });
  };
  return (
    <div className={styles.period}>
      <TextField
        label={label}
        value={text}
        unit="s"
        onChange={setText}
        onSubmit={save}
        isDisabled={!isAlive(sync)}
        {...(isFit && text !== known ? { hint: 'Enter sets it.' } : {})}
        error={isFit ? undefined : 'Write a number of seconds above 0.'}
      />
    </div>
  );
}
