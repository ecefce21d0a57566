import { Lightbulb } from 'lucide-react';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { CopyButton } from '../../base/copy-button.tsx';
import { Digest } from '../../base/digest.tsx';
import { Icon } from '../../base/icon.tsx';
import styles from './transfer.module.css';

/** What a transfer wrote, and the lines that use it in a build. */
export function DonePart({ report }: { readonly report: TransferReport }) {
  const caches = report.caches ?? [{ ref: '', manifest: report.manifest }];
  return (
    <section className={styles.done} aria-label="Result">
      <div>
        <h2 className={styles.doneTitle}>Written</h2>
        <ul className={styles.written}>
          {caches.map(({ ref, manifest }) => (
            <li key={`${ref} ${manifest.digest}`}>
              <span className="t3">{ref === '' ? 'manifest' : ref}</span> <Digest digest={manifest.digest} />
            </li>
          ))}
        </ul>
        {report.warnings.map((warning) => (
          <p key={warning} className={styles.warning}>
            <Icon of={Lightbulb} /> {warning}
          </p>
        ))}
      </div>
      {report.commands.length > 0 && (
        <div>
          <h2 className={styles.doneTitle}>
            Use it in a build
            <CopyButton text={report.commands.join('\n')} label="Copy the lines" />
          </h2>
          <pre className={styles.code}>{report.commands.join('\n')}</pre>
        </div>
      )}
    </section>
  );
}
