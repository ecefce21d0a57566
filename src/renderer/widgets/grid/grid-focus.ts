/** Where the one tab stop of a grid is. Row -1 is the header; column -1 is the row as a whole. */
export interface GridFocus {
  readonly row: number;
  readonly column: number;
}

/** What a focus moves in. */
export interface FocusSpace {
  readonly rows: number;
  readonly columns: number;
  /** Rows a page key moves by. */
  readonly pageRows: number;
}

export const HEADER_ROW = -1;
export const WHOLE_ROW = -1;

export type FocusMove = 'next' | 'previous' | 'page-down' | 'page-up' | 'first' | 'last';

/** The focus after a move up or down. From the first row it goes up into the header, and from there back down. */
export function movedFocus(focus: GridFocus, to: FocusMove, space: FocusSpace): GridFocus {
  if (focus.row === HEADER_ROW) {
    if (to === 'first') return { ...focus, column: 0 };
    if (to === 'last') return { ...focus, column: space.columns - 1 };
    if (to === 'next') return space.rows > 0 ? { ...focus, row: 0 } : focus;
    return to === 'page-down' && space.rows > 0 ? { ...focus, row: 0 } : focus;
  }
  const last = Math.max(0, space.rows - 1);
  switch (to) {
    case 'next':
      return { ...focus, row: Math.min(focus.row + 1, last) };
    case 'previous':
      return focus.row === 0
        ? { row: HEADER_ROW, column: Math.max(0, focus.column) }
        : { ...focus, row: focus.row - 1 };
    case 'page-down':
      return { ...focus, row: Math.min(focus.row + space.pageRows, last) };
    case 'page-up':
      return { ...focus, row: Math.max(focus.row - space.pageRows, 0) };
    case 'first':
      return { ...focus, row: 0 };
    case 'last':
      return { ...focus, row: last };
  }
}

/** The focus after a move sideways: from the whole row into its cells and back, along the header in the header. */
export function movedSideways(focus: GridFocus, by: -1 | 1, space: FocusSpace): GridFocus {
  const low = focus.row === HEADER_ROW ? 0 : WHOLE_ROW;
  return { ...focus, column: Math.min(Math.max(focus.column + by, low), space.columns - 1) };
}

/** The nearest place that exists after rows or columns went. */
export function clampedFocus(focus: GridFocus, space: FocusSpace): GridFocus {
  if (space.rows === 0 || focus.row === HEADER_ROW) {
    return { row: HEADER_ROW, column: Math.min(Math.max(focus.column, 0), Math.max(0, space.columns - 1)) };
  }
  return { row: Math.min(focus.row, space.rows - 1), column: Math.min(focus.column, space.columns - 1) };
}
