import { CopyButton } from '../../base/copy-button.tsx';
import { Section } from '../../base/section.tsx';
import styles from './prune.module.css';

/** Lines to paste somewhere else. */
export function CodeSection({
  title,
  text,
  note,
}: {
  readonly title: string;
  readonly text: string;
  readonly note?: string;
}) {
  return (
    <Section title={title} action={<CopyButton text={text} label={`Copy ${title}`} />}>
      <pre className={styles.code}>{text}</pre>
      {note !== undefined && <p className={styles.codeNote}>{note}</p>}
    </Section>
  );
}
