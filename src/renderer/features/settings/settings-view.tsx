import { RotateCcw } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { Switch } from '../../base/field.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { usePreferences } from '../../base/window-state.ts';
import { useRead } from '../../client/hooks.ts';
import { LayerInfoSetting } from './layer-info-setting.tsx';
import styles from './settings-view.module.css';

const set = usePreferences.setState;

/** Preferences; each takes effect at once and is kept on this machine. */
export function SettingsView() {
  const preferences = usePreferences();
  const info = useRead('app.info', {}, { versioned: false });
  return (
    <div className={styles.view}>
      <h2 className={styles.title}>Settings</h2>
      <Group title="Look">
        <Row label="Theme">
          <Segmented
            label="Theme"
            value={preferences.theme}
            onChange={(theme) => set({ theme })}
            options={[
              { value: 'system', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </Row>
        <Row label="Row height">
          <Segmented
            label="Row height"
            value={preferences.density}
            onChange={(density) => set({ density })}
            options={[
              { value: 'compact', label: 'Compact, 28 px' },
              { value: 'comfortable', label: 'Comfortable, 36 px' },
            ]}
          />
        </Row>
      </Group>
      <Group title="Keyboard">
        <Switch
          label="Shortcuts of single letters"
          note="g o, /, i, ? and the like. Arrow keys and shortcuts with Ctrl or Alt work either way."
          isSelected={preferences.letterShortcuts}
          onChange={(letterShortcuts) => set({ letterShortcuts })}
        />
      </Group>
      <Group title="Shared layer info">
        <LayerInfoSetting />
      </Group>
      <Group title="Recent locations">
        <Row label={preferences.recent.length === 0 ? 'None' : `${preferences.recent.length} kept on this machine`}>
          <Button icon={RotateCcw} isDisabled={preferences.recent.length === 0} onPress={() => set({ recent: [] })}>
            Forget them
          </Button>
        </Row>
      </Group>
      {info.error && <ErrorState error={info.error} isCompact />}
      {info.data && (
        <p className={styles.about}>
          Cachewright {info.data.version} · {info.data.host} · {info.data.platform}
        </p>
      )}
    </div>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.group} aria-labelledby={id}>
      <h3 id={id} className={styles.heading}>
        {title}
      </h3>
      {children}
    </section>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={styles.row}>
      <span>{label}</span>
      {children}
    </div>
  );
}
