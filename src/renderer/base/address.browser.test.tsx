import { createRoot } from 'react-dom/client';
import { expect, test } from 'vitest';
import { navigate } from 'wouter/use-browser-location';
import { setParams, useParam } from './address.ts';

const drawn: (string | undefined)[] = [];

function Part() {
  const [record] = useParam('record');
  drawn.push(record);
  return <p>{record}</p>;
}

test('a part that asks for one parameter is drawn anew for that one only', async () => {
  navigate('/prune?max-size=1GB&record=a', { replace: true });
  const element = document.body.appendChild(document.createElement('div'));
  const root = createRoot(element);
  root.render(<Part />);
  await expect.poll(() => drawn).toEqual(['a']);
  for (const size of ['2GB', '3GB']) {
    setParams({ 'max-size': size }, { replace: true });
    await new Promise(requestAnimationFrame);
  }
  setParams({ record: 'b' }, { replace: true });
  await expect.poll(() => element.textContent).toBe('b');
  expect(drawn).toEqual(['a', 'b']);
  root.unmount();
  element.remove();
});
