import type { Shortcut, ShortcutGroup } from '../base/feature.ts';
import { Kbd } from '../base/kbd.tsx';
import { Dialog } from '../base/overlay.tsx';
import { showDialog, usePanels, usePreferences } from '../base/window-state.ts';
import { useAllCommands } from './commands.ts';
import { FEATURES } from './features.ts';
import styles from './keyboard-sheet.module.css';

const GROUPS: readonly ShortcutGroup[] = ['Anywhere', 'Go to', 'Rows and nodes', 'Graph and charts'];

/** Every shortcut of the window, by where it works. */
export function KeyboardSheet() {
  const isOpen = usePanels((panels) => panels.dialog === 'keys');
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const commands = useAllCommands();
  const shortcuts: readonly Shortcut[] = [
    ...commands.flatMap(({ keys, title, group }) =>
      keys !== undefined && group !== undefined ? [{ keys, title, group }] : [],
    ),
    ...FEATURES.flatMap((feature) => feature.shortcuts ?? []),
  ];
  return (
    <Dialog title="Keyboard" isOpen={isOpen} onClose={() => showDialog(undefined)} width="wide">
      <div className={styles.columns}>
        {GROUPS.map((group) => {
          const rows = shortcuts.filter((one, at) => one.group === group && isFirst(shortcuts, one, at));
          if (rows.length === 0) return null;
          return (
            <section key={group} className={styles.group}>
              <h3 className={styles.heading}>{group}</h3>
              <dl>
                {rows.map((row) => (
                  <div key={row.title} className={styles.row}>
                    <dt>{row.title}</dt>
                    <dd>
                      <Kbd keys={row.keys} />
                      <span className="visually-hidden">{row.keys}</span>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
      <p className={styles.note}>
        {letters ? 'Single letters can be switched off in Settings.' : 'Single letters are switched off in Settings.'}
      </p>
    </Dialog>
  );
}

function isFirst(all: readonly Shortcut[], one: Shortcut, at: number): boolean {
  return all.findIndex((other) => other.group === one.group && other.title === one.title) === at;
}
