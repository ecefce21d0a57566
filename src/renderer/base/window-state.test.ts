import { describe, expect, it } from 'vitest';
import { readPreferences } from './window-state.ts';

describe('kept preferences', () => {
  it('fall back field by field, so that one bad value loses nothing else', () => {
    const read = readPreferences({ theme: 'dark', inspectorWidth: 9000, recent: 'x', density: 'comfortable', old: 1 });
    expect(read).toMatchObject({ theme: 'dark', density: 'comfortable', inspectorWidth: 340, recent: [] });
    expect(read).not.toHaveProperty('old');
  });

  it('are the defaults where nothing was kept', () => {
    for (const kept of [undefined, null, 'x', 7]) expect(readPreferences(kept).theme).toBe('system');
  });
});
