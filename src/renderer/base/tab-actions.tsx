import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useShell } from './shell-context.ts';

/** Puts a view's own actions at the right end of the tabs: `<TabActions><Button …>Columns</Button></TabActions>`. */
export function TabActions({ children }: { readonly children: ReactNode }) {
  const { actionsSlot } = useShell();
  return actionsSlot ? createPortal(children, actionsSlot) : null;
}
