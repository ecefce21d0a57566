import { expect, test } from 'vitest';
import { readSavedViews, type SavedView, withoutView, withView } from './saved-views.ts';

const view = (name: string, pinned = false): SavedView => ({ name, filter: 'kind:copy', pinned });

test('a view of the same name is replaced, and pinned ones stand first', () => {
  const views = withView(withView([view('a')], view('b', true)), { ...view('a'), filter: 'users:0' });
  expect(views.map((v) => v.name)).toEqual(['b', 'a']);
  expect(views[1]?.filter).toBe('users:0');
  expect(withView(views, view('b')).map((v) => v.name)).toEqual(['a', 'b']);
  expect(withoutView(views, 'b').map((v) => v.name)).toEqual(['a']);
});

test('what is damaged gives the first views again', () => {
  expect(readSavedViews({ views: [view('a')] })).toEqual([view('a')]);
  expect(readSavedViews({ views: [{ name: '' }] }).length).toBeGreaterThan(0);
  expect(readSavedViews(undefined)).toEqual(readSavedViews('x'));
});
