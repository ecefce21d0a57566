import { FolderOpen, Lock, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Checkbox, TextField } from '../../base/field.tsx';
import { Icon } from '../../base/icon.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { Segmented } from '../../base/segmented.tsx';
import styles from './connect-s3.module.css';
import { S3CheckSteps } from './s3-check-steps.tsx';
import { EMPTY_S3_FORM, locationOfForm, type S3Form } from './s3-form.ts';
import { useOpenSource } from './use-open-source.ts';
import { useS3Check } from './use-s3-check.ts';

/** A bucket and a prefix, tested step by step before it is opened. */
export function ConnectS3Dialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return isOpen ? <ConnectS3 onClose={onClose} /> : null;
}

function ConnectS3({ onClose }: { readonly onClose: () => void }) {
  const [form, setForm] = useState<S3Form>(EMPTY_S3_FORM);
  const [mayWrite, setMayWrite] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const { check, error, isRunning, run, reset } = useS3Check();
  const openSource = useOpenSource((_, thrown) => setFailure(thrown));
  const set = (next: Partial<S3Form>): void => {
    setForm({ ...form, ...next });
    setFailure(undefined);
    reset();
  };
  const test = (): void => {
    setFailure(undefined);
    if (form.bucket.trim() !== '') void run(locationOfForm(form), mayWrite);
  };
  const open = async (location: string): Promise<void> => {
    if (await openSource(location)) onClose();
  };
  const canOpen = check?.isOver === true && check.access !== 'none' && (check.caches ?? 0) > 0;
  const tested = check !== undefined || error !== undefined;
  return (
    <Dialog
      title="Connect an S3 cache"
      isOpen
      onClose={onClose}
      width="wide"
      actions={
        <>
          <Checkbox
            label="Test writing too: puts one empty object there and deletes it"
            isSelected={mayWrite}
            onChange={(wanted) => {
              setMayWrite(wanted);
              reset();
            }}
          />
          <span className="spring" />
          <Button onPress={onClose}>Cancel</Button>
          <Button
            icon={RotateCcw}
            variant={canOpen ? 'default' : 'primary'}
            isDisabled={form.bucket.trim() === '' || isRunning}
            onPress={test}
          >
            {tested ? 'Test again' : 'Test connection'}
          </Button>
          {canOpen && (
            <Button icon={FolderOpen} variant="primary" onPress={() => void open(check.location)}>
              {check.access === 'read' ? 'Open read-only' : 'Open cache'}
            </Button>
          )}
        </>
      }
    >
      <div className={styles.columns}>
        <section className={styles.form} aria-label="Address">
          <TextField
            label="Bucket"
            isMono
            value={form.bucket}
            onChange={(bucket) => set({ bucket })}
            autoFocus
            onSubmit={test}
          />
          <TextField
            label="Prefix"
            isMono
            placeholder="none"
            value={form.prefix}
            onChange={(prefix) => set({ prefix })}
            onSubmit={test}
          />
          <TextField
            label="Region"
            isMono
            placeholder="as the environment or profile says"
            value={form.region}
            onChange={(region) => set({ region })}
            onSubmit={test}
          />
          <TextField
            label="Endpoint"
            isMono
            placeholder="AWS"
            value={form.endpoint}
            onChange={(endpoint) => set({ endpoint })}
            onSubmit={test}
          />
          <div>
            <span className={styles.label}>Bucket in the address</span>
            <Segmented
              label="Bucket in the address"
              value={form.style}
              onChange={(style) => set({ style })}
              options={[
                { value: 'auto', label: 'as usual' },
                { value: 'host', label: 'as host', name: 'bucket as host' },
                { value: 'path', label: 'in path', name: 'bucket in path' },
              ]}
            />
          </div>
          <p className={styles.note}>
            <Icon of={Lock} size={12} />
            <span>
              Credentials come from where AWS's own tools find them: the environment, or the profile in ~/.aws. They are
              read anew for each test, and never kept in an address, a log or an error.
            </span>
          </p>
        </section>
        <section className={styles.steps} aria-label="Test">
          {error !== undefined ? (
            <ErrorState error={error} isCompact title="It cannot be tested" />
          ) : (
            <S3CheckSteps check={check} mayWrite={mayWrite} />
          )}
          {failure !== undefined && <ErrorState error={failure} isCompact title="It was not opened" />}
        </section>
      </div>
    </Dialog>
  );
}
