import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import type { RecordKind } from '../../../shared/model/record.ts';
import { IconButton } from '../../base/button.tsx';
import { KINDS, KindGlyph } from '../../widgets/kind-glyph.tsx';
import { type ColourScale, stepStrength } from './colour-scale.ts';
import styles from './key-graph.module.css';
import type { KeyGraph } from './key-graph.ts';

const NAMES: Readonly<Partial<Record<RecordKind, string>>> = { copy: 'COPY, WORKDIR', content: 'content digest' };
const ORDER: readonly RecordKind[] = ['exec', 'copy', 'source', 'mount', 'merge', 'content', 'unknown'];

/** What lines, marks and colours mean: only those that occur. */
export function Legend({ graph, scale }: { readonly graph: KeyGraph; readonly scale: ColourScale | undefined }) {
  const [isOpen, setOpen] = useState(true);
  const kinds = new Set(graph.nodes.map((node) => node.kind));
  if (!isOpen) {
    return (
      <div className={styles.legendButton}>
        <IconButton icon={ChevronUp} label="Show the legend" onPress={() => setOpen(true)} />
      </div>
    );
  }
  return (
    <section className={styles.legend} aria-label="Legend">
      <ul>
        <li>
          <Line className={styles.pathLine} /> path to root
        </li>
        <li>
          <Line className={styles.linkLine} /> link
        </li>
        <li>
          <Line className={styles.orLine} /> or: either input will do
        </li>
        <li>
          <span className={styles.label}>1 /out</span> input index, selector
        </li>
        <li>
          <span className={styles.fold}>+4</span> folded, Enter opens
        </li>
      </ul>
      <ul>
        {scale === undefined
          ? ORDER.filter((kind) => kinds.has(kind)).map((kind) => (
              <li key={kind}>
                <KindGlyph kind={kind} isDecorative /> {NAMES[kind] ?? KINDS[kind].label}
              </li>
            ))
          : scale.labels.map((label, step) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a scale
              <li key={step}>
                <span className={styles.swatch} style={{ opacity: stepStrength(step) }} /> {label}
              </li>
            ))}
      </ul>
      <IconButton
        icon={ChevronDown}
        iconSize={12}
        label="Hide the legend"
        className={styles.legendClose}
        onPress={() => setOpen(false)}
      />
    </section>
  );
}

function Line({ className }: { readonly className: string | undefined }) {
  return (
    <svg width="26" height="8" aria-hidden="true" className={className}>
      <path d="M0 4H26" />
    </svg>
  );
}
