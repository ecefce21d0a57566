import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Dialog as AriaDialog,
  Popover as AriaPopover,
  type PopoverProps as AriaPopoverProps,
  Heading,
  Modal,
  ModalOverlay,
} from 'react-aria-components';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import styles from './overlay.module.css';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the foot, the most likely one last. */
  readonly actions?: ReactNode;
  readonly width?: 'narrow' | 'wide';
  /** `true`: no heading bar; the title is only the name for screen readers. */
  readonly isBare?: boolean;
}

/** A modal dialog. Escape and a press outside close it; focus stays in it and goes back after. */
export function Dialog({ title, isOpen, onClose, children, actions, width = 'narrow', isBare = false }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable
      className={styles.scrim ?? ''}
    >
      <Modal className={classNames(styles.modal, styles[width])}>
        <AriaDialog className={styles.dialog ?? ''} {...(isBare ? { 'aria-label': title } : {})}>
          {!isBare && (
            <header className={styles.header}>
              <Heading slot="title" className={styles.title ?? ''}>
                {title}
              </Heading>
              <IconButton icon={X} label="Close" onPress={onClose} />
            </header>
          )}
          <div className={isBare ? styles.bare : styles.content}>{children}</div>
          {actions !== undefined && <footer className={styles.footer}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A popover beside what opened it (inside a `DialogTrigger`), with the anatomy of the design. */
export function Popover({
  label,
  children,
  className,
  ...props
}: Omit<AriaPopoverProps, 'children' | 'className'> & {
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    <AriaPopover {...props} offset={props.offset ?? 6} className={classNames(styles.popover, className)}>
      <AriaDialog aria-label={label} className={styles.dialog ?? ''}>
        {children}
      </AriaDialog>
    </AriaPopover>
  );
}
