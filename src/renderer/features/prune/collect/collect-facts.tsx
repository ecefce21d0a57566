import { CalendarClock, CircleAlert, CloudUpload, FileWarning, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { CollectPlan } from '../../../../shared/model/collect.ts';
import type { Job } from '../../../../shared/model/job.ts';
import { Button } from '../../../base/button.tsx';
import { CopyButton } from '../../../base/copy-button.tsx';
import { Icon } from '../../../base/icon.tsx';
import { Dialog } from '../../../base/overlay.tsx';
import { countOf } from '../../../base/quantity.tsx';
import shared from '../prune.module.css';
import styles from './collect.module.css';

/** What else a plan found: warnings, what is missing, uploads, and what the rules of the bucket will do. */
export function CollectFacts({
  plan,
  renewal,
  onRenew,
}: {
  readonly plan: CollectPlan;
  readonly renewal: Job | undefined;
  readonly onRenew: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const { warnings, missing, uploads, lifecycle } = plan;
  return (
    <ul className={styles.facts} aria-label="What else was found">
      {warnings.map((warning) => (
        <li key={warning} className={styles.warning}>
          <Icon of={CircleAlert} /> {warning}
        </li>
      ))}
      {missing > 0 && (
        <li className={styles.warning}>
          <Icon of={FileWarning} /> {countOf(missing, 'blob')} that manifests need {missing === 1 ? 'is' : 'are'}{' '}
          missing: export those caches again.
        </li>
      )}
      {uploads && uploads.count > 0 && (
        <li>
          <Icon of={CloudUpload} /> {countOf(uploads.count, 'upload')} in parts not completed: left alone.
        </li>
      )}
      {(lifecycle?.sentences ?? ['The account may not ask for the lifecycle rules of the bucket.']).map((sentence) => (
        <li key={sentence}>
          <Icon of={CalendarClock} /> <span>{sentence}</span>
        </li>
      ))}
      {lifecycle && lifecycle.rules > 0 && (
        <li className={styles.actions}>
          <Button onPress={() => setOpen(true)}>Show safe lifecycle rules</Button>
          <Button
            icon={RefreshCw}
            isDisabled={renewal?.state === 'running'}
            tip="Copies blobs and manifests older than a day onto themselves"
            onPress={onRenew}
          >
            Renew what manifests need
          </Button>
          {renewal?.result?.kind === 'touch' && <span>{countOf(renewal.result.report.blobs, 'blob')} renewed</span>}
          <Dialog
            title="Safe lifecycle rules"
            isOpen={isOpen}
            onClose={() => setOpen(false)}
            width="wide"
            actions={
              <>
                <CopyButton text={lifecycle.safe} label="Copy the rules" />
                <Button onPress={() => setOpen(false)}>Close</Button>
              </>
            }
          >
            <p className={shared.text}>
              With these rules only a collection deletes blobs of this cache; uploads that nobody completes go after a
              week. Rules about other keys stay as they are. Save them as rules.json, then: aws s3api
              put-bucket-lifecycle-configuration --lifecycle-configuration file://rules.json
            </p>
            <div className={styles.rules}>
              <pre className={shared.code}>{lifecycle.safe}</pre>
            </div>
          </Dialog>
        </li>
      )}
    </ul>
  );
}
