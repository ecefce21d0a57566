import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseBytes } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import { parseDuration } from '../../../shared/base/time.ts';
import { UsageError } from './exit-codes.ts';

/** Options of every command that prints rows. */
export interface RowOptions {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly ref?: string;
  readonly filter?: string;
  readonly sort?: { readonly field: string; readonly descending: boolean };
  readonly limit?: number;
  readonly offset?: number;
}

/** `--json`. */
export function withJson(command: Command): Command {
  return command.addOption(new Option('--json', 'print one JSON document'));
}

/** `--no-cache`, for every command that reads a whole source. */
export function withCatalog(command: Command): Command {
  return command.option('--no-cache', 'read the source anew, and keep nothing of it');
}

/** `--json --jsonl --ref --filter --sort --limit --offset`. */
export function withRows(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print one JSON document').conflicts('jsonl'))
    .addOption(new Option('--jsonl', 'print one JSON document a line'))
    .option('--ref <name>', 'only this cache of a source that holds several')
    .option('--filter <expression>', `only rows that match, as in the window: 'size:>100MiB kind:copy,exec "npm ci"'`)
    .addOption(new Option('--sort <field[:desc]>', 'order').argParser(parseSort))
    .addOption(new Option('--limit <n>', 'at most this many rows').argParser(parseCount))
    .addOption(new Option('--offset <n>', 'leave this many rows out').argParser(parseCount));
}

/** An option that the manual names and that a later version brings. It is not in the help; using it says so. */
export function withPlanned(command: Command, ...flags: readonly string[]): Command {
  for (const flag of flags) {
    const refuse = (): never => {
      throw new UsageError(`${flag.split(' ')[0]} is not available yet`, command);
    };
    command.addOption(new Option(flag).hideHelp().argParser(refuse));
  }
  return command;
}

/** `--mode --ref --as --replace --merge --key --compression --format --oci-mediatypes` of import and export. */
export function withTransfer(command: Command): Command {
  const mode = new Option('--mode <mode>', 'all results, or only those of the final images');
  command
    .addOption(mode.choices(['min', 'max']).default('max'))
    .option('--ref <name>', 'only this cache of a source that holds several')
    .option('--as <name>', 'its name at the target; the one it has, or of its folder where a store holds another cache')
    .addOption(
      new Option('--replace', 'a cache that a store holds under the name goes to its trash').conflicts('merge'),
    )
    .option('--merge', 'add to what the reference holds, safely beside others who do the same')
    .addOption(
      new Option('--format <form>', 'form of the manifest; as the source has it').choices(['index', 'manifest']),
    )
    .addOption(new Option('--oci-mediatypes <yes>', 'OCI types instead of Docker types').choices(['true', 'false']))
    .option('--key <id>', 'only what this record needs: its id or digest, or the first digits of one')
    .addOption(
      new Option('--compression <kind>', 'how layers are compressed at the target')
        .choices(['keep', 'gzip', 'zstd'])
        .default('keep'),
    );
  return command;
}

/** A count: a whole number, not negative. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) throw new InvalidArgumentError('Not a whole number.');
  return count;
}

function parseSort(text: string): { field: string; descending: boolean } {
  const match = /^([A-Za-z]+)(?::(asc|desc))?$/.exec(text);
  if (!match?.[1]) throw new InvalidArgumentError('Write FIELD or FIELD:desc.');
  return { field: match[1], descending: match[2] === 'desc' };
}

/** Where to write: any text but an empty one, which is a variable that was not set. */
export function parsePlace(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** A size in our own units, in bytes. */
export const parseSizeOption = understood(parseBytes);

/** A duration, in milliseconds. */
export const parseDurationOption = understood(parseDuration);

function understood<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof CacheError) throw new InvalidArgumentError(`${error.message} ${error.hint ?? ''}`);
      throw error;
    }
  };
}
