import { Filter, Search } from 'lucide-react';
import { Icon } from '../../base/icon.tsx';
import { Kbd } from '../../base/kbd.tsx';
import type { Suggestion } from './suggest.ts';
import styles from './suggestion-list.module.css';

/** What the field offers, below the text. The focus stays in the text; a pointer may choose too. */
export function SuggestionList({
  id,
  isOpen,
  suggestions,
  active,
  leftPx,
  onChoose,
}: {
  readonly id: string;
  readonly isOpen: boolean;
  readonly suggestions: readonly Suggestion[];
  readonly active: number;
  readonly leftPx: number;
  readonly onChoose: (suggestion: Suggestion) => void;
}) {
  return (
    <div className={styles.popover} hidden={!isOpen} style={{ left: `min(${leftPx}px, max(0px, 100% - 430px))` }}>
      <div id={id} role="listbox" aria-label="Fields and values" className={styles.list}>
        {suggestions.map((suggestion, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text
          <div
            key={`${suggestion.kind} ${suggestion.insert}`}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={styles.option}
            ref={(element) => {
              if (index === active) element?.scrollIntoView({ block: 'nearest' });
            }}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(suggestion)}
          >
            <Icon of={suggestion.kind === 'text' ? Search : Filter} size={12} />
            <span className={styles.insert}>
              <b>{suggestion.insert.slice(0, suggestion.matched)}</b>
              {suggestion.insert.slice(suggestion.matched)}
            </span>
            <span className={styles.description}>{suggestion.description}</span>
            {index === active && <Kbd keys="Tab" />}
          </div>
        ))}
      </div>
      <div className={styles.foot} aria-hidden="true">
        <span className={styles.hint}>
          <Kbd keys="ArrowUp" />
          <Kbd keys="ArrowDown" /> choose
        </span>
        <span className={styles.hint}>
          <Kbd keys="Tab" /> insert
        </span>
        <span className={styles.hint}>
          <Kbd keys="Escape" /> close
        </span>
        <span className="spring" />
        <span>Same text works in the CLI</span>
      </div>
    </div>
  );
}
