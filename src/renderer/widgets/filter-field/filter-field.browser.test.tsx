import '../../base/styles/tokens.css';
import '../../base/styles/base.css';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FilterField } from './filter-field.tsx';

function Field() {
  const [value, setValue] = useState('');
  return <FilterField label="Filter keys" subject="keys" value={value} onChange={setValue} matched={1} total={1} />;
}

function mount(): Disposable {
  const element = document.body.appendChild(document.createElement('div'));
  const root = createRoot(element);
  root.render(<Field />);
  return {
    [Symbol.dispose]() {
      root.unmount();
      element.remove();
    },
  };
}

const field = page.getByRole('combobox', { name: 'Filter keys' });

afterEach(() => vi.restoreAllMocks());

test('what is typed right after an offer was taken stands behind it, whenever the next frame comes', async () => {
  using _ = mount();
  await field.click();
  await userEvent.keyboard('ki');
  await expect.element(page.getByRole('option', { name: /kind:/ })).toBeVisible();
  const frames: FrameRequestCallback[] = [];
  vi.spyOn(window, 'requestAnimationFrame').mockImplementation((frame) => frames.push(frame));
  await userEvent.keyboard('{Tab}c');
  for (const frame of frames.splice(0)) frame(performance.now());
  await userEvent.keyboard('o');
  vi.restoreAllMocks();
  await expect.element(field).toHaveValue('kind:co');
  await expect.element(page.getByRole('option', { name: /copy/ })).toBeVisible();
});
