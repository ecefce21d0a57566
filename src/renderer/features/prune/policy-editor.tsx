import { History } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../base/button.tsx';
import { classNames } from '../../base/class-names.ts';
import { Switch, TextField } from '../../base/field.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import { EMPTY_FORM, type PolicyForm, type ReadPolicy } from './policy-form.ts';
import styles from './prune.module.css';
import { typedSize } from './size-steps.ts';

/** What may stay. Every change plans again. */
export function PolicyEditor({
  form,
  read,
  totalBytes,
  onChange,
  isDisabled,
}: {
  readonly form: PolicyForm;
  readonly read: ReadPolicy;
  /** What the store takes now, for the presets. */
  readonly totalBytes: number;
  readonly onChange: (form: PolicyForm) => void;
  readonly isDisabled: boolean;
}) {
  const set = (change: Partial<PolicyForm>): void => onChange({ ...form, ...change });
  const presets: readonly (readonly [string, Partial<PolicyForm>])[] = [
    [`Half of it: at most ${typedSize(totalBytes / 2)}`, { maxSize: typedSize(totalBytes / 2) }],
    ['Older than a week', { keepDuration: '7d' }],
    ['At most 10 GB, but nothing younger than a day', { maxSize: '10GB', keepDuration: '1d' }],
    ['Blobs that nothing refers to', { orphans: true }],
    ['Everything', { all: true }],
  ];
  return (
    <section className={styles.policy} aria-label="Policy">
      <div className={styles.cardHead}>
        <h2>Policy</h2>
        <span className="spring" />
        <Menu
          label="Presets"
          button={
            <Button variant="ghost" icon={History} isDisabled={isDisabled}>
              Presets
            </Button>
          }
        >
          {presets.map(([title, change]) => (
            <MenuItem key={title} onAction={() => onChange({ ...EMPTY_FORM, ...change })}>
              {title}
            </MenuItem>
          ))}
        </Menu>
      </div>
      <Row label="Max used space">
        <TextField
          label="Max used space"
          isLabelHidden
          value={form.maxSize}
          onChange={(maxSize) => set({ maxSize })}
          placeholder="15MB, 20GiB"
          isDisabled={isDisabled || form.all}
          error={form.all ? undefined : read.errors.maxSize}
        />
      </Row>
      <Row label="Keep duration">
        <TextField
          label="Keep duration"
          isLabelHidden
          value={form.keepDuration}
          onChange={(keepDuration) => set({ keepDuration })}
          placeholder="36h, 7d"
          isDisabled={isDisabled}
          error={read.errors.keepDuration}
        />
      </Row>
      <Row label="All records" isSwitch>
        <Switch
          label={form.keepDuration.trim() === '' ? 'everything goes' : 'older ones go'}
          isSelected={form.all}
          isDisabled={isDisabled}
          onChange={(all) => set({ all })}
        />
      </Row>
      <Row label="Orphan blobs" isSwitch>
        <Switch
          label="go too"
          isSelected={form.orphans}
          isDisabled={isDisabled}
          onChange={(orphans) => set({ orphans })}
        />
      </Row>
      {form.orphans && (
        <Row label="older than">
          <TextField
            label="Orphan blobs older than"
            isLabelHidden
            value={form.olderThan}
            onChange={(olderThan) => set({ olderThan })}
            placeholder="1h"
            isDisabled={isDisabled}
            error={read.errors.olderThan}
          />
        </Row>
      )}
      <p className={styles.note}>
        Orphans go first (blobs that nothing refers to, older than one hour), then the oldest records that nothing
        builds on. What is younger than the duration stays, whatever the size says.
      </p>
    </section>
  );
}

function Row({
  label,
  isSwitch = false,
  children,
}: {
  readonly label: string;
  readonly isSwitch?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={classNames(styles.field, isSwitch && styles.switchField)}>
      <span className={styles.fieldLabel} aria-hidden="true">
        {label}
      </span>
      {children}
    </div>
  );
}
