import { FileX, RotateCw, ShieldX, X } from 'lucide-react';
import type { Damage } from '../../../shared/model/damage.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Icon } from '../../base/icon.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import { ProgressBar } from '../../base/progress.tsx';
import { formatProgress, formatRate, formatTimeLeft } from '../../base/progress-text.ts';
import { countOf } from '../../base/quantity.tsx';
import { useSources } from '../../client/hooks.ts';
import styles from './damage-part.module.css';
import { DamageTable } from './damage-table.tsx';
import { QuarantineList } from './quarantine-list.tsx';
import { useDamage } from './use-damage.ts';

/** Blobs that are damaged or missing, and how to mend them. Nothing where nothing is wrong. */
export function DamagePart({ source }: { readonly source: Source }) {
  const work = useDamage(source);
  const names = new Map((useSources() ?? []).map(({ location, name }) => [location, name]));
  const nameOf = (location: string): string => names.get(location) ?? location;
  const { damage, running } = work;
  if (!damage)
    return work.error ? <ErrorState error={work.error} isCompact title="Damage could not be listed" /> : null;
  if (damage.blobs.length === 0 && damage.quarantined.length === 0) return null;
  return (
    <section className={styles.part} aria-label="Damage">
      {damage.blobs.length > 0 && (
        <>
          <div className={styles.head}>
            <Icon of={FileX} className={styles.icon} />
            <h2 className="medium">Damage</h2>
            <span className={styles.sub}>{summary(damage)}</span>
            <span className="spring" />
            {running ? (
              <Running job={running} onCancel={() => work.cancel(running)} />
            ) : (
              <Actions source={source} damage={damage} nameOf={nameOf} work={work} />
            )}
          </div>
          <DamageTable
            blobs={damage.blobs}
            nameOf={nameOf}
            {...(source.can.repair && !running ? { onQuarantine: work.quarantine, onMend: work.mend } : {})}
          />
          {damage.total > damage.blobs.length && (
            <p className={styles.more}>and {damage.total - damage.blobs.length} more: the command line lists all</p>
          )}
        </>
      )}
      {damage.quarantined.length > 0 && <QuarantineList blobs={damage.quarantined} />}
    </section>
  );
}

function Actions({
  source,
  damage: { blobs, origins },
  nameOf,
  work,
}: {
  readonly source: Source;
  readonly damage: Damage;
  readonly nameOf: (location: string) => string;
  readonly work: ReturnType<typeof useDamage>;
}) {
  const [best] = origins;
  const damaged = blobs.filter(({ code }) => code !== 'NOT_FOUND').map(({ digest }) => digest);
  return (
    <div className={styles.actions}>
      <Button icon={RotateCw} variant="ghost" onPress={work.verify}>
        Verify again
      </Button>
      {!source.can.repair && <span className={styles.sub}>Only a store can be mended here.</span>}
      {source.can.repair && !best && (
        <span className={styles.sub}>
          Open a cache that has {blobs.length === 1 ? 'it' : 'them'} to re-import from it.
        </span>
      )}
      {source.can.repair && damaged.length > 0 && (
        <Button
          icon={ShieldX}
          tip="Takes the damaged blobs out of the store. They count as missing, and stay on the disk until the trash is emptied."
          onPress={() => work.quarantine(damaged)}
        >
          Quarantine {damaged.length}
        </Button>
      )}
      {source.can.repair && best && origins.length === 1 && (
        <Button variant="primary" tip={best.location} onPress={() => work.mend(best.location)}>
          {`Re-import ${best.blobs} from ${nameOf(best.location)}`}
        </Button>
      )}
      {source.can.repair && origins.length > 1 && (
        <Menu label="Re-import from" button={<Button variant="primary">Re-import from…</Button>}>
          {origins.map((origin) => (
            <MenuItem key={origin.location} onAction={() => work.mend(origin.location)}>
              {`${nameOf(origin.location)}, ${countOf(origin.blobs, 'blob')}`}
            </MenuItem>
          ))}
        </Menu>
      )}
    </div>
  );
}

const DOING = { verify: 'Verifying', quarantine: 'Quarantining', mend: 'Re-importing' } as const;

function Running({ job, onCancel }: { readonly job: Job; readonly onCancel: () => void }) {
  const { done, total } = job.progress;
  const doing = job.kind === 'verify' || job.kind === 'quarantine' || job.kind === 'mend' ? DOING[job.kind] : job.kind;
  const figures = [
    // Without an end in sight it is of more use to say what goes on, or for whom it waits.
    total === undefined ? job.progress.phase : undefined,
    done > 0 || total !== undefined ? formatProgress(job.progress) : undefined,
    formatRate(job.progress),
    formatTimeLeft(job.progress, job.startedAt, Date.now()),
  ];
  return (
    <div className={styles.running}>
      <span className="medium">{doing}</span>
      <span className={styles.bar}>
        <ProgressBar label={job.title} share={total ? done / total : undefined} text={formatProgress(job.progress)} />
      </span>
      <span className={styles.sub}>{figures.filter((part) => part !== undefined).join(', ')}</span>
      <Button icon={X} onPress={onCancel}>
        Cancel
      </Button>
    </div>
  );
}

/** `2 damaged, 1 missing`. */
function summary({ blobs, total }: Damage): string {
  if (total > blobs.length) return countOf(total, 'blob');
  const missing = blobs.filter(({ code }) => code === 'NOT_FOUND').length;
  const damaged = blobs.length - missing;
  return [damaged > 0 ? `${damaged} damaged` : '', missing > 0 ? `${missing} missing` : '']
    .filter((part) => part !== '')
    .join(', ');
}
