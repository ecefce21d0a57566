import '../../base/styles/tokens.css';
import '../../base/styles/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { createQueryClient } from '../../client/query-client.ts';
import { ColumnMenu } from './column-menu.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn, GridSort } from './grid-column.ts';
import { useColumns } from './use-columns.ts';
import { useRowWindow } from './use-row-window.ts';

interface Row {
  readonly n: number;
}

const text = (id: string, more: Partial<GridColumn<Row>> = {}): GridColumn<Row> => ({
  id: id.toLowerCase(),
  title: id,
  widthPx: 80,
  priority: 1,
  cell: (row) => `${id} ${row.n}`,
  ...more,
});
const COLUMNS: readonly GridColumn<Row>[] = [
  text('Digest', { isFixed: true, priority: 0, sortField: 'digest' }),
  text('Step', { flexible: true, priority: 0, minPx: 120 }),
  {
    ...text('Users'),
    get header() {
      headersDrawn += 1;
      return 'Users';
    },
  },
  text('Size', { sortField: 'size', largestFirst: true, priority: 2 }),
  text('Layers', { offAtFirst: true, priority: 3 }),
];

const said: string[] = [];
let headersDrawn = 0;
let tablesDrawn = 0;
/** What columns are kept under: each test has a table of its own. */
let name = '';

function Table({ rows: total, widthPx }: { readonly rows: number; readonly widthPx: number }) {
  tablesDrawn += 1;
  const [sort, setSort] = useState<GridSort | undefined>(undefined);
  const columns = useColumns(name, COLUMNS, sort, setSort);
  const source = useMemo(
    () => ({
      key: ['test', total, sort],
      fetchPage: async (offset: number, limit: number) => ({
        rows: Array.from({ length: Math.min(limit, total - offset) }, (_, at) => ({ n: offset + at })),
        total,
      }),
    }),
    [total, sort],
  );
  const rows = useRowWindow<Row>(source);
  return (
    <div style={{ display: 'flex', flexDirection: 'column', width: widthPx, height: 400 }}>
      <ColumnMenu columns={columns} />
      <Grid
        label="Test"
        columns={columns}
        rows={rows}
        rowId={(row) => String(row.n)}
        rowPx={28}
        letters
        announce={(words) => said.push(words)}
      />
    </div>
  );
}

function mount({ rows = 40, widthPx = 800 } = {}): Disposable {
  const element = document.body.appendChild(document.createElement('div'));
  const root = createRoot(element);
  const queries = createQueryClient();
  root.render(
    <QueryClientProvider client={queries}>
      <Table rows={rows} widthPx={widthPx} />
    </QueryClientProvider>,
  );
  return {
    [Symbol.dispose]() {
      root.unmount();
      queries.clear();
      element.remove();
    },
  };
}

const header = (name: string) => page.getByRole('columnheader', { name });
const titles = () =>
  page
    .getByRole('columnheader')
    .elements()
    .map((one) => one.getAttribute('aria-label'));
const widthOf = (name: string) => header(name).element().getBoundingClientRect().width;
const focused = () => document.activeElement?.getAttribute('aria-label');
const focusOn = async (name: string) => {
  await expect.element(header(name)).toBeInTheDocument();
  (header(name).element() as HTMLElement).focus();
};

beforeEach(({ task }) => {
  said.length = 0;
  name = task.name;
});

describe('the columns of a grid', () => {
  test('are resized with keys, and the width is said', async () => {
    using _ = mount();
    await focusOn('Users');
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{ArrowLeft}{/Shift}');
    await expect.poll(() => widthOf('Users')).toBe(88);
    expect(said).toEqual(['Users is 88 pixels wide', 'Users is 96 pixels wide', 'Users is 88 pixels wide']);
    for (let n = 0; n < 10; n += 1) await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
    await expect.poll(() => widthOf('Users')).toBe(40);
    await focusOn('Step');
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
    expect(said.at(-1)).toBe('Step takes the width that is left');
  });

  test('are moved with keys, and the focus goes with them', async () => {
    using _ = mount();
    await focusOn('Users');
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
    await expect.poll(titles).toEqual(['Digest', 'Step', 'Size', 'Users']);
    await expect.poll(focused).toBe('Users');
    expect(said).toEqual(['Users is column 4 of 4']);
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
    expect(said.at(-1)).toBe('Users is column 4 of 4');
  });

  test('are dragged with a pointer, and their edges too', async () => {
    using _ = mount();
    await expect.element(header('Size')).toBeVisible();
    await userEvent.dragAndDrop(header('Size'), header('Digest'), {
      sourcePosition: { x: 20, y: 10 },
      targetPosition: { x: 20, y: 10 },
    });
    await expect.poll(titles).toEqual(['Size', 'Digest', 'Step', 'Users']);
    const edge = header('Digest').element().querySelector('[class*=edge]');
    if (!edge) throw new Error('the header has no edge');
    await userEvent.dragAndDrop(page.elementLocator(edge), header('Step'), {
      targetPosition: { x: 45, y: 10 },
      steps: 4,
    });
    await expect.poll(() => widthOf('Digest')).toBeGreaterThan(110);
    expect(said.at(-1)).toMatch(/^Digest is \d+ pixels wide$/);
  });

  test('are pinned and unpinned from the menu of their header, which the keyboard opens', async () => {
    using _ = mount();
    await focusOn('Users');
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
    await page.getByRole('menuitem', { name: 'Pin to the start' }).click();
    await expect.poll(titles).toEqual(['Users', 'Digest', 'Step', 'Size']);
    expect(said).toEqual(['Users is pinned to the start']);
    await expect.element(header('Users')).toHaveAttribute('aria-description', 'pinned to the start');
    // A pinned column moves among the pinned ones only.
    await focusOn('Users');
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
    expect(titles()).toEqual(['Users', 'Digest', 'Step', 'Size']);
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
    await page.getByRole('menuitem', { name: 'Unpin' }).click();
    await expect.poll(titles).toEqual(['Digest', 'Step', 'Users', 'Size']);
  });

  test('are turned off from their menu, and the focus stays in the header', async () => {
    using _ = mount();
    await expect.element(header('Users')).toBeVisible();
    await header('Users').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Turn off column' }).click();
    await expect.poll(titles).toEqual(['Digest', 'Step', 'Size']);
    await expect.poll(() => document.activeElement?.getAttribute('role')).toBe('columnheader');
    await header('Digest').click({ button: 'right' });
    await expect.element(page.getByRole('menuitem', { name: 'Turn off column' })).toHaveAttribute('aria-disabled');
    await userEvent.keyboard('{Escape}');
    await expect.poll(focused).toBe('Digest');
  });

  test('are remembered, and reset', async () => {
    {
      using _ = mount();
      await focusOn('Users');
      await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}{Alt>}{ArrowRight}{/Alt}');
      await page.getByRole('button', { name: /^Columns/ }).click();
      await page.getByRole('dialog').getByText('Layers', { exact: true }).click();
      await page.getByRole('button', { name: 'Pin Size to the start' }).click();
      await userEvent.keyboard('{Escape}');
      await expect.poll(titles).toEqual(['Size', 'Digest', 'Step', 'Users', 'Layers']);
    }
    const kept = JSON.parse(localStorage.getItem('cachewright.columns') ?? '');
    expect(kept).toMatchObject({ version: 2, state: { tables: { [name]: { sizing: { users: 88 } } } } });
    using _ = mount();
    await expect.poll(titles).toEqual(['Size', 'Digest', 'Step', 'Users', 'Layers']);
    expect(widthOf('Users')).toBe(88);
    await page.getByRole('button', { name: /^Columns/ }).click();
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(titles).toEqual(['Digest', 'Step', 'Users', 'Size']);
  });

  test('say how rows are sorted', async () => {
    using _ = mount();
    await expect.element(header('Size')).toBeVisible();
    await header('Size').click();
    await expect.element(header('Size')).toHaveAttribute('aria-sort', 'descending');
    await header('Size').click();
    await expect.element(header('Size')).toHaveAttribute('aria-sort', 'ascending');
    await header('Digest').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Sort descending' }).click();
    await expect.element(header('Digest')).toHaveAttribute('aria-sort', 'descending');
    expect(header('Size').element().hasAttribute('aria-sort')).toBe(false);
    expect(said).toEqual(['Sorted by Size, descending', 'Sorted by Size, ascending', 'Sorted by Digest, descending']);
  });

  test('give way in a narrow window, but not where they are pinned', async () => {
    {
      using _ = mount({ widthPx: 330 });
      await expect.poll(titles).toEqual(['Digest', 'Step', 'Users']);
    }
    {
      using _ = mount();
      await focusOn('Size');
      await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
      await page.getByRole('menuitem', { name: 'Pin to the end' }).click();
    }
    using _ = mount({ widthPx: 330 });
    await expect.poll(titles).toEqual(['Digest', 'Step', 'Size']);
  });
});

test('neither the header nor what stands around the grid is drawn anew while rows pass', async () => {
  using _ = mount({ rows: 1_000 });
  await expect.element(page.getByRole('gridcell', { name: 'Digest 0', exact: true })).toBeVisible();
  await expect.poll(() => page.getByRole('grid').element().getAttribute('aria-busy')).toBe('false');
  const before = headersDrawn;
  const tables = tablesDrawn;
  for (let tick = 1; tick <= 20; tick += 1) {
    page.getByRole('grid').element().scrollTop = tick * 112;
    page.getByRole('grid').element().dispatchEvent(new Event('scroll'));
  }
  await expect.element(page.getByRole('gridcell', { name: 'Digest 80', exact: true })).toBeVisible();
  expect(before).toBeGreaterThan(0);
  expect(headersDrawn).toBe(before);
  // Once more for the next page of rows, and when that is there.
  expect(tablesDrawn - tables).toBeLessThanOrEqual(3);
});

test('a million rows are drawn a screen at a time, to the last one', async () => {
  using _ = mount({ rows: 1_000_000 });
  await expect.element(page.getByRole('gridcell', { name: 'Digest 0', exact: true })).toBeVisible();
  const drawn = page.getByRole('row').elements().length;
  await focusOn('Digest');
  await userEvent.keyboard('{ArrowDown}{Control>}{End}{/Control}');
  await expect.element(page.getByRole('gridcell', { name: 'Digest 999999' })).toBeVisible();
  expect(drawn).toBeLessThan(40);
  expect(page.getByRole('row').elements().length).toBeLessThan(40);
  await expect.element(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '1000001');
});
