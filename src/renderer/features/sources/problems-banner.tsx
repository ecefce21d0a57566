import { ChevronDown, ChevronUp, FileX, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { countOf } from '../../base/quantity.tsx';
import styles from './problems-banner.module.css';

/** How many are listed; the CLI gives them all. */
const SHOWN = 200;

/** What is wrong with a part of a source that otherwise works: a count, and the list below it. */
export function ProblemsBanner({ source }: { readonly source: Source }) {
  const [isOpen, setOpen] = useState(false);
  const { problems } = source;
  return (
    <section className={styles.problems} aria-label="Problems">
      <div className={styles.banner}>
        <Icon of={TriangleAlert} size={16} className={styles.icon} />
        <span className="ellipsis">
          <b className="semi">{countOf(problems.length, 'problem')} in this source.</b>{' '}
          <span className="t2">The rest can be used.</span>
        </span>
        <span className="spring" />
        <Button icon={isOpen ? ChevronUp : ChevronDown} onPress={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : `Show ${formatCount(problems.length)}`}
        </Button>
      </div>
      {isOpen && (
        <ul className={styles.list}>
          {problems.slice(0, SHOWN).map((problem) => (
            <li key={`${problem.code} ${problem.subject} ${problem.message}`} className={styles.problem}>
              <Icon of={FileX} className={styles.icon} />
              <code className="mono11">{problem.code}</code>
              <div>
                <div>{problem.message}</div>
                {problem.subject !== undefined && <bdi className={styles.subject}>{problem.subject}</bdi>}
                {problem.hint !== undefined && <div className="t2">{problem.hint}</div>}
              </div>
            </li>
          ))}
          {problems.length > SHOWN && (
            <li className={styles.more}>and {problems.length - SHOWN} more: see the command line below</li>
          )}
        </ul>
      )}
    </section>
  );
}
