import { Check, type LucideIcon } from 'lucide-react';
import type { Ref } from 'react';
import {
  Checkbox as AriaCheckbox,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  FieldError,
  Input,
  Label,
  Text,
} from 'react-aria-components';
import { classNames } from './class-names.ts';
import styles from './field.module.css';
import { Icon } from './icon.tsx';

/** A line of text with its label. An error shows below and is announced. */
export function TextField({
  label,
  isLabelHidden = false,
  value,
  onChange,
  placeholder,
  icon,
  unit,
  hint,
  error,
  isMono = false,
  isDisabled = false,
  autoFocus = false,
  inputRef,
  onSubmit,
  className,
}: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly icon?: LucideIcon;
  /** Shown in the field behind the value. */
  readonly unit?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly isMono?: boolean;
  readonly isDisabled?: boolean;
  readonly autoFocus?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
  /** Enter. */
  readonly onSubmit?: () => void;
  readonly className?: string | undefined;
}) {
  return (
    <AriaTextField
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined}
      isDisabled={isDisabled}
      autoFocus={autoFocus}
      validationBehavior="aria"
      className={classNames(styles.field, className)}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
      {...(onSubmit
        ? {
            onKeyDown: (event) => {
              if (event.key === 'Enter') onSubmit();
              // All else goes on to whom it concerns: Escape to the dialog, Ctrl K and Ctrl Enter to the window.
              if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) event.continuePropagation();
            },
          }
        : {})}
    >
      {!isLabelHidden && <Label className={styles.label ?? ''}>{label}</Label>}
      <div className={styles.box}>
        {icon && <Icon of={icon} className={styles.icon} />}
        <Input
          {...(inputRef === undefined ? {} : { ref: inputRef })}
          className={classNames(styles.input, isMono && styles.mono)}
          {...(placeholder === undefined ? {} : { placeholder })}
          spellCheck={false}
          autoComplete="off"
        />
        {unit !== undefined && <span className={styles.unit}>{unit}</span>}
      </div>
      {hint !== undefined && error === undefined && (
        <Text slot="description" className={styles.hint ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}

/** A box that is ticked, half ticked or not. `label` may be hidden where a column names it. */
export function Checkbox({
  label,
  isLabelHidden = false,
  isSelected,
  isIndeterminate = false,
  isDisabled = false,
  excludeFromTabOrder = false,
  onChange,
}: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly isSelected: boolean;
  readonly isIndeterminate?: boolean;
  readonly isDisabled?: boolean;
  readonly excludeFromTabOrder?: boolean;
  readonly onChange: (selected: boolean) => void;
}) {
  return (
    <AriaCheckbox
      className={styles.checkbox ?? ''}
      isSelected={isSelected}
      isIndeterminate={isIndeterminate}
      isDisabled={isDisabled}
      excludeFromTabOrder={excludeFromTabOrder}
      onChange={onChange}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      <CheckMark isOn={isSelected} isHalf={isIndeterminate} />
      {!isLabelHidden && label}
    </AriaCheckbox>
  );
}

/** The drawing of a checkbox alone, for a row that handles its own selection. */
export function CheckMark({ isOn, isHalf = false }: { readonly isOn: boolean; readonly isHalf?: boolean }) {
  return (
    <span className={classNames(styles.mark, (isOn || isHalf) && styles.markOn)} aria-hidden="true">
      {isHalf ? <span className={styles.half} /> : isOn && <Icon of={Check} size={10} stroke={3} />}
    </span>
  );
}

/** On or off, at once. */
export function Switch({
  label,
  isSelected,
  onChange,
  isDisabled = false,
  note,
}: {
  readonly label: string;
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly isDisabled?: boolean;
  /** More words below the label. */
  readonly note?: string;
}) {
  return (
    <AriaSwitch className={styles.switch ?? ''} isSelected={isSelected} onChange={onChange} isDisabled={isDisabled}>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.thumb} />
      </span>
      <span>
        {label}
        {note !== undefined && <span className={styles.note}>{note}</span>}
      </span>
    </AriaSwitch>
  );
}
