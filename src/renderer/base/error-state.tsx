import { ChevronRight, CircleX, Copy, Lightbulb } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { type CacheErrorCode, type CacheErrorData, isCacheError, toCacheError } from '../../shared/base/errors.ts';
import { Button } from './button.tsx';
import { useCopy } from './clipboard.ts';
import styles from './error-state.module.css';
import { Icon } from './icon.tsx';
import { KeyValue, KeyValues } from './section.tsx';

/** What happened, in a few words, where the caller has no better ones. */
const TITLES: Readonly<Record<CacheErrorCode, string>> = {
  NOT_FOUND: 'It is not there',
  SIZE_MISMATCH: 'A blob has the wrong size',
  DIGEST_MISMATCH: 'A blob does not match its digest',
  INVALID_INPUT: 'This cannot be asked for',
  UNSUPPORTED_FORMAT: 'This cannot be read',
  CORRUPT: 'Something in the cache is damaged',
  ACCESS_DENIED: 'Access was denied',
  UNAVAILABLE: 'The engine does not answer',
  CONFLICT: 'Something else is in the way',
  STALE_PLAN: 'The store has changed since the plan',
  NO_SPACE: 'There is no space left',
  CANCELLED: 'It was cancelled',
  INTERNAL: 'Something went wrong in Cachewright',
};

/**
 * What happened, to what, and the one best next step; details unfold and can be copied.
 * `compact` is for a small pane or a row.
 */
export function ErrorState({
  error,
  title,
  actions,
  isCompact = false,
}: {
  /** A `CacheError`, its plain form, or anything thrown. */
  readonly error: unknown;
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly isCompact?: boolean;
}) {
  const { copied, copy } = useCopy();
  const known = errorData(error);
  return (
    <div className={isCompact ? styles.compact : styles.error} role="alert">
      <div className={styles.head}>
        <Icon of={CircleX} size={isCompact ? 16 : 20} stroke={1.5} className={styles.icon} />
        <div>
          <h2 className={styles.title}>{title ?? TITLES[known.code]}</h2>
          <p className={styles.message}>{known.message}</p>
        </div>
      </div>
      <div className={styles.body}>
        <KeyValues className={styles.facts ?? ''}>
          <KeyValue label="Code">
            <code className="mono11">{known.code}</code>
          </KeyValue>
          {known.subject !== undefined && (
            <KeyValue label="Subject">
              <bdi dir="ltr" className="mono11 selectable">
                {known.subject}
              </bdi>
            </KeyValue>
          )}
        </KeyValues>
        {known.hint !== undefined && (
          <div className={styles.hint}>
            <Icon of={Lightbulb} />
            <span>{known.hint}</span>
          </div>
        )}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        <div className={styles.foot}>
          <Disclosure className={styles.disclosure ?? ''}>
            <Heading level={3} className={styles.detailsHead ?? ''}>
              <AriaButton slot="trigger" className={styles.trigger ?? ''}>
                <Icon of={ChevronRight} size={12} className={styles.chevron} />
                Details
              </AriaButton>
              <Button variant="ghost" icon={Copy} onPress={() => copy(report(error, known))}>
                {copied ? 'Copied' : 'Copy report'}
              </Button>
            </Heading>
            <DisclosurePanel>
              <pre className={styles.report}>{report(error, known)}</pre>
            </DisclosurePanel>
          </Disclosure>
        </div>
      </div>
    </div>
  );
}

function errorData(error: unknown): CacheErrorData {
  if (isErrorData(error)) return error;
  return toCacheError(error);
}

function isErrorData(error: unknown): error is CacheErrorData {
  return (
    typeof error === 'object' && error !== null && 'code' in error && 'message' in error && !(error instanceof Error)
  );
}

/** The report as JSON; the stack only of what is a fault of ours. */
function report(error: unknown, known: CacheErrorData): string {
  const { code, message, subject, hint } = known;
  const plain = { code, message, subject, hint };
  const stack = error instanceof Error && (!isCacheError(error) || error.code === 'INTERNAL') ? error.stack : undefined;
  return JSON.stringify({ ...plain, stack }, undefined, 2);
}
