import { Lightbulb } from 'lucide-react';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { CopyButton } from '../../base/copy-button.tsx';
import { Digest } from '../../base/digest.tsx';
import { Icon } from '../../base/icon.tsx';
import { Bytes, Count } from '../../base/quantity.tsx';
import { KeyValue, KeyValues } from '../../base/section.tsx';
import styles from './transfer.module.css';

/** What a transfer wrote, and the lines that use it in a build. */
export function DonePart({ report }: { readonly report: TransferReport }) {
  const caches = report.caches ?? [{ ref: 'manifest', manifest: report.manifest }];
  return (
    <section className={styles.done} aria-label="Result">
      <div>
        <h2 className={styles.doneTitle}>Written</h2>
        <KeyValues>
          {caches.map(({ ref, manifest }) => (
            <KeyValue key={`${ref} ${manifest.digest}`} label={ref} isNumber>
              <Digest digest={manifest.digest} />
            </KeyValue>
          ))}
          <KeyValue label="Blobs copied" isNumber>
            <Count count={report.blobsCopied} />, <Bytes bytes={report.bytesCopied} isFocusable />
          </KeyValue>
          <KeyValue label="There already" isNumber>
            <Count count={report.blobsSkipped} />
          </KeyValue>
          <KeyValue label="Results left out" isNumber>
            <Count count={report.resultsLeftOut} />
          </KeyValue>
        </KeyValues>
        {report.warnings.map((warning) => (
          <p key={warning} className={styles.warning}>
            <Icon of={Lightbulb} /> {warning}
          </p>
        ))}
      </div>
      {report.commands.length > 0 && (
        <div>
          <h2 className={styles.doneTitle}>Use it in a build</h2>
          <ul className={styles.lines}>
            {report.commands.map((line) => (
              <li key={line} className={styles.line}>
                <code className={styles.code}>{line}</code>
                <CopyButton text={line} label={`Copy: ${line}`} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
