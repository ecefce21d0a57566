import { Check, Clock } from 'lucide-react';
import { formatExactBytes } from '../../../shared/base/bytes.ts';
import { Badge } from '../../base/badge.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { Time } from '../../base/time.tsx';
import { useRead } from '../../client/hooks.ts';
import { buildctlPrune, buildkitdToml } from './buildkit-policy.ts';
import { CodeSection } from './code-block.tsx';
import { sideCount } from './plan-words.ts';
import styles from './prune.module.css';

/** A plan in numbers, and the same limit for a daemon. */
export function PlanPanel({ source, value }: InspectorPanelProps) {
  const { data: plan, error } = useRead('prune.get', source && { sourceId: source.id, plan: value }, {
    keepPrevious: true,
  });
  if (error) return <ErrorState error={error} isCompact title="The plan is not kept any more" />;
  if (!plan || !source) return <SkeletonRows label="Reading the plan" rows={8} />;
  const toml = buildkitdToml(plan.policy);
  const line = buildctlPrune(plan.policy);
  return (
    <>
      <Section
        title="Plan"
        note={<bdi className="mono11">{plan.plan}</bdi>}
        action={
          plan.applied ? (
            <Badge icon={Check}>applied</Badge>
          ) : (
            <Badge tone="hit" icon={Check}>
              current
            </Badge>
          )
        }
      >
        <KeyValues>
          <KeyValue label="Goes" isNumber>
            <span className="semi">
              {sideCount(plan.goes)}, <Bytes bytes={plan.freedBytes} />
            </span>
            <span className={styles.exact}>{formatExactBytes(plan.freedBytes)}</span>
          </KeyValue>
          <KeyValue label="Stays" isNumber>
            <span className="semi">
              {sideCount(plan.stays)}, <Bytes bytes={plan.keepBytes} />
            </span>
            <span className={styles.exact}>{formatExactBytes(plan.keepBytes)}</span>
          </KeyValue>
          <KeyValue label="Blobs" isNumber>
            {countOf(plan.goes.blobs, 'blob')} of {countOf(plan.goes.blobs + plan.stays.blobs, 'blob')}
          </KeyValue>
          <KeyValue label="Made" isNumber>
            <Time at={plan.createdAt} isFocusable />
          </KeyValue>
        </KeyValues>
        <p className={styles.codeNote}>
          <Clock size={12} aria-hidden="true" className={styles.inlineIcon} />
          The program keeps a plan for up to 24 hours. It belongs to the store as it was.
        </p>
      </Section>
      {toml !== undefined && (
        <CodeSection
          title="buildkitd.toml"
          text={toml}
          note="The same limit for a daemon. BuildKit reads MB as MiB there, so the size is written exactly."
        />
      )}
      {line !== undefined && (
        <CodeSection
          title="Same as"
          text={line}
          note="A daemon knows when a record was last used; a cache export does not."
        />
      )}
      <Section title="Where it goes">
        <p className={styles.text}>
          {source.can.prune === 'here' ? (
            <>
              <b className="medium">{source.name}</b> is a managed store: records move to its trash and come back with
              one undo until it is emptied.
            </>
          ) : (
            <>
              <b className="medium">{source.name}</b> is read-only here. Import it into a managed store to apply the
              plan.
            </>
          )}{' '}
          For a daemon, copy the lines above.
        </p>
      </Section>
    </>
  );
}
