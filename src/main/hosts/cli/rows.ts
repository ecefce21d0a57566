import { formatCount } from '../../../shared/base/bytes.ts';
import type { CliContext } from './context.ts';
import { writeJsonArray, writeJsonLines } from './format/json.ts';
import { type Column, writeTable } from './format/table.ts';
import type { RowOptions } from './options.ts';
import { pageThrough } from './paging.ts';

/** How many rows a table for people has, where no `--limit` says it. */
const TABLE_ROWS = 50;

type Fetch<Row> = (window: { offset: number; limit: number }) => Promise<{ rows: readonly Row[]; total: number }>;

/** A row command: the same rows as a short table for people, and whole as JSON. */
export interface RowSpec<Row> {
  readonly columns: readonly Column<Row>[];
  /** `records`, `blobs`. */
  readonly what: string;
  readonly rows: Fetch<Row>;
  /** Rows as `--json` prints them. */
  readonly json: Fetch<unknown>;
}

/** Prints rows in the format that was asked for. */
export async function writeRows<Row>(context: CliContext, options: RowOptions, spec: RowSpec<Row>): Promise<void> {
  const { out } = context;
  if (options.json) return writeJsonArray(out, pageThrough(options, spec.json));
  if (options.jsonl) return writeJsonLines(out, pageThrough(options, spec.json));

  const window = { offset: options.offset, limit: options.limit ?? TABLE_ROWS };
  let total = 0;
  const rows = pageThrough(window, spec.rows, (known) => {
    total = known;
  });
  const shown = await writeTable(out, spec.columns, rows);
  const more = shown < total && options.limit === undefined && options.offset === undefined;
  const hint = more ? '; --limit shows more, --json all' : '';
  await out.write(`${shown > 0 ? '\n' : ''}${formatCount(shown)} of ${formatCount(total)} ${spec.what}${hint}\n`);
}
