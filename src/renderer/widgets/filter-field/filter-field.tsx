import { ListFilter, TextCursorInput, X } from 'lucide-react';
import { type FocusEvent, type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { Subject } from '../../../shared/fields/index.ts';
import { IconButton } from '../../base/button.tsx';
import { Chip } from '../../base/chip.tsx';
import { classNames } from '../../base/class-names.ts';
import {
  chipParts,
  committed,
  type Draft,
  draftError,
  draftOf,
  EMPTY_DRAFT,
  editingChip,
  expressionOf,
  switched,
  typed,
  withoutChip,
} from './draft.ts';
import styles from './filter-field.module.css';
import { inserted, type KnownValues, type Suggestion, suggest } from './suggest.ts';
import { SuggestionList } from './suggestion-list.tsx';

interface FilterFieldProps {
  /** Name for a screen reader: `Filter keys`. */
  readonly label: string;
  readonly subject: Subject;
  /** The expression, as the command line takes it. */
  readonly value: string;
  /** Called with an expression that can be parsed, at most every 150 ms. `first`: of this visit to the field. */
  readonly onChange: (value: string, first: boolean) => void;
  /** Rows that match, and rows in all; undefined while not known. */
  readonly matched: number | undefined;
  readonly total: number | undefined;
  readonly known?: KnownValues;
  /** Arrow down where nothing is offered: to the rows. */
  readonly onLeaveDown?: () => void;
}

const APPLY_MS = 150;

/** Shown in the empty field. */
const EXAMPLES: Readonly<Record<Subject, string>> = {
  keys: 'size:>10MiB kind:exec "npm ci"',
  layers: 'size:>10MiB compression:gzip records:1',
};

/**
 * The filter of a view as chips and text. Both render one expression: a finished term is a chip, the button in front
 * turns all of it into text and back. Offers fields and values; an error is underlined where it is.
 */
export function FilterField(props: FilterFieldProps) {
  const { subject, value, onChange, matched, total } = props;
  const [draft, setDraft] = useState<Draft>(() => draftOf(value, subject));
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [chosen, setChosen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  /** Where the caret goes with the next text. */
  const caretAt = useRef<number | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sent = useRef(value);
  const first = useRef(true);
  const id = useId();

  useEffect(() => () => clearTimeout(timer.current), []);

  // With the text, and not in the next frame: a key that comes before that would be typed at another place.
  useLayoutEffect(() => {
    if (caretAt.current === undefined) return;
    input.current?.setSelectionRange(caretAt.current, caretAt.current);
    caretAt.current = undefined;
  });

  // Another expression from outside: back, forward, a saved view.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setDraft(draftOf(value, subject));
  }, [value, subject]);

  const error = draftError(draft, subject);
  const caret = input.current?.selectionStart ?? draft.text.length;
  const suggestions = open ? suggest(draft.text, Math.min(caret, draft.text.length), subject, props.known) : [];
  const isOpen = suggestions.length > 0;
  const shownError = isOpen ? undefined : error;

  const change = (next: Draft, soon = false): void => {
    setDraft(next);
    clearTimeout(timer.current);
    if (draftError(next, subject) !== undefined) return;
    const expression = expressionOf(next);
    const apply = (): void => {
      if (expression === sent.current) return;
      sent.current = expression;
      onChange(expression, first.current);
      first.current = false;
    };
    if (soon) apply();
    else timer.current = setTimeout(apply, APPLY_MS);
  };

  const close = (): void => {
    setOpen(false);
    setChosen(false);
    setActive(0);
  };

  const insert = (suggestion: Suggestion): void => {
    const next = inserted(draft.text, suggestion);
    change(typed(draft, next.text, subject), suggestion.kind !== 'field');
    setActive(0);
    setChosen(false);
    setOpen(suggestion.kind === 'field');
    caretAt.current = next.caret;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const at = suggestions[active];
    if (step !== 0 && isOpen) {
      setActive((active + step + suggestions.length) % suggestions.length);
      setChosen(true);
    } else if (step === 1 && (draft.text !== '' || event.altKey)) setOpen(true);
    else if (step === 1) props.onLeaveDown?.();
    else if (at && event.key === 'Tab' && !event.shiftKey && (chosen || draft.text !== '')) insert(at);
    else if (at && event.key === 'Enter' && chosen) insert(at);
    else if (event.key === 'Enter') {
      close();
      change(committed(draft, subject), true);
    } else if (event.key === 'Escape' && isOpen) close();
    else if (event.key === 'Backspace' && draft.chips.length > 0 && atStart(event.currentTarget)) {
      change(editingChip(draft, draft.chips.length - 1, subject));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onBlur = (event: FocusEvent): void => {
    if (event.currentTarget.contains(event.relatedTarget)) return;
    close();
    first.current = true;
    if (error === undefined && draft.text !== '') change(committed(draft, subject), true);
  };

  const isEmpty = draft.chips.length === 0 && draft.text === '';
  const listId = `${id}-list`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only watches the focus leave
    <div className={styles.field} onBlur={onBlur}>
      <div
        className={classNames(styles.box, shownError && styles.wrong)}
        onPointerDown={(event) => {
          if ((event.target as HTMLElement).closest('button, input, [data-chip]')) return;
          event.preventDefault();
          input.current?.focus();
        }}
      >
        <IconButton
          icon={draft.asText ? TextCursorInput : ListFilter}
          iconSize={14}
          label={draft.asText ? 'Show as chips' : 'Edit as text'}
          className={styles.mode}
          isDisabled={isEmpty || (draft.asText && error !== undefined)}
          onPress={() => {
            change(switched(draft, subject));
            input.current?.focus();
          }}
        />
        {draft.chips.map((term, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: a double click is short for Backspace, which does the same
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: terms may repeat, and have no other identity
            key={`${index} ${term}`}
            data-chip=""
            className={styles.chip}
            onDoubleClick={() => {
              change(editingChip(draft, index, subject));
              input.current?.focus();
            }}
          >
            <FilterChip
              term={term}
              onRemove={() => {
                change(withoutChip(draft, index), true);
                input.current?.focus();
              }}
            />
          </span>
        ))}
        <span className={styles.text}>
          <span ref={mirror} className={styles.mirror} aria-hidden="true">
            {shownError && (
              <>
                {draft.text.slice(0, shownError.at)}
                <span className={styles.underline}>{draft.text.slice(shownError.at, shownError.end)}</span>
              </>
            )}
          </span>
          <input
            ref={input}
            className={styles.input}
            role="combobox"
            data-view-filter=""
            aria-label={props.label}
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={isOpen ? `${listId}-${active}` : undefined}
            aria-invalid={shownError !== undefined}
            aria-describedby={shownError ? `${id}-error` : undefined}
            placeholder={isEmpty ? `Filter, such as ${EXAMPLES[subject]}` : undefined}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={draft.text}
            onChange={(event) => {
              const { value: text, selectionStart } = event.currentTarget;
              // Between two terms nothing is offered unasked: it would cover the rows after each of them.
              setOpen(!/(^|\s)$/.test(text.slice(0, selectionStart ?? text.length)));
              setActive(0);
              setChosen(false);
              change(typed(draft, text, subject));
            }}
            onScroll={(event) => {
              if (mirror.current) mirror.current.style.translate = `${-event.currentTarget.scrollLeft}px 0`;
            }}
            onKeyDown={onKeyDown}
          />
        </span>
        {total !== undefined && (
          <span className={styles.count} role="status">
            {matched === undefined ? '…' : formatCount(matched)} of {formatCount(total)}
          </span>
        )}
        {!isEmpty && (
          <IconButton
            icon={X}
            iconSize={12}
            label="Clear the filter"
            className={styles.clear}
            onPress={() => {
              change({ ...EMPTY_DRAFT, asText: false }, true);
              input.current?.focus();
            }}
          />
        )}
      </div>
      {shownError && (
        <div id={`${id}-error`} className={styles.error} role="alert">
          <strong>{shownError.message}</strong> {shownError.hint}
        </div>
      )}
      <SuggestionList
        id={listId}
        isOpen={isOpen}
        suggestions={suggestions}
        active={active}
        leftPx={input.current?.parentElement?.offsetLeft ?? 0}
        onChoose={insert}
      />
    </div>
  );
}

function FilterChip({ term, onRemove }: { readonly term: string; readonly onRemove: () => void }) {
  const { name, value } = chipParts(term);
  return <Chip value={value} onRemove={onRemove} {...(name === undefined ? {} : { name })} />;
}

function atStart(input: HTMLInputElement): boolean {
  return input.selectionStart === 0 && input.selectionEnd === 0;
}
