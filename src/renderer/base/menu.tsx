import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode, RefObject } from 'react';
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  Header,
  MenuTrigger,
  Popover,
  type Selection,
  Separator,
} from 'react-aria-components';
import { Icon } from './icon.tsx';
import { Kbd } from './kbd.tsx';
import styles from './menu.module.css';

/** A button and the menu it opens: `<Menu label="…" button={<IconButton …/>}><MenuItem …/></Menu>`. */
export function Menu({
  label,
  button,
  children,
}: {
  readonly label: string;
  readonly button: ReactElement;
  readonly children: ReactNode;
}) {
  return (
    <MenuTrigger>
      {button}
      <Popover className={styles.popover ?? ''} offset={4}>
        <AriaMenu aria-label={label} className={styles.menu ?? ''}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** A menu that something else than a button opens, below `anchor`. Escape and a press outside close it. */
export function AnchoredMenu({
  label,
  anchor,
  isOpen,
  onClose,
  children,
}: {
  readonly label: string;
  readonly anchor: RefObject<Element | null>;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Popover
      triggerRef={anchor}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      placement="bottom start"
      className={styles.popover ?? ''}
      offset={2}
    >
      <AriaMenu aria-label={label} autoFocus="first" onClose={onClose} className={styles.menu ?? ''}>
        {children}
      </AriaMenu>
    </Popover>
  );
}

/** Something to do. */
export function MenuItem({
  id,
  icon,
  keys,
  isDisabled = false,
  onAction,
  children,
}: {
  readonly id?: string;
  readonly icon?: LucideIcon;
  readonly keys?: string;
  readonly isDisabled?: boolean;
  readonly onAction?: () => void;
  /** A text: it is the name of the item too. */
  readonly children: string;
}) {
  return (
    <AriaMenuItem
      {...(id === undefined ? {} : { id })}
      {...(onAction === undefined ? {} : { onAction })}
      isDisabled={isDisabled}
      textValue={children}
      className={styles.item ?? ''}
    >
      {({ isSelected, selectionMode }) => (
        <>
          <span className={styles.lead}>
            {selectionMode !== 'none' ? isSelected && <Icon of={Check} /> : icon && <Icon of={icon} />}
          </span>
          <span className="ellipsis">{children}</span>
          <span className="spring" />
          {keys !== undefined && <Kbd keys={keys} />}
        </>
      )}
    </AriaMenuItem>
  );
}

/** Items of which one or several are chosen. */
export function MenuChoice({
  title,
  mode,
  selected,
  onChange,
  children,
}: {
  readonly title: string;
  readonly mode: 'single' | 'multiple';
  readonly selected: readonly string[];
  readonly onChange: (selected: readonly string[]) => void;
  readonly children: ReactNode;
}) {
  return (
    <AriaMenuSection
      selectionMode={mode}
      selectedKeys={[...selected]}
      onSelectionChange={(keys: Selection) => {
        if (keys !== 'all') onChange([...keys].map(String));
      }}
    >
      <Header className={styles.header ?? ''}>{title}</Header>
      {children}
    </AriaMenuSection>
  );
}

export function MenuSeparator() {
  return <Separator className={styles.separator ?? ''} />;
}
