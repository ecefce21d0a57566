import { at, isObject, listOf, numberOf, textOf } from './json-value.ts';

/** What an operation does, in a line of its own words: for a build whose Dockerfile is not known. */
export function operationName(operation: unknown): string {
  const args = listOf(at(operation, 'exec', 'meta', 'args')).flatMap((arg) => textOf(arg) ?? []);
  if (args.length > 0) return `RUN ${commandText(args)}`;
  const actions = listOf(at(operation, 'file', 'actions')).map((action) => at(action, 'Action'));
  if (actions.length > 0) return actions.map(actionText).join(', ');
  const identifier = textOf(at(operation, 'source', 'identifier'));
  if (identifier !== undefined) {
    const image = /^(?:docker-image|oci-layout):\/\/(?:docker\.io\/(?:library\/)?)?(.*)$/.exec(identifier)?.[1];
    return image === undefined ? identifier : `FROM ${image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, '@$1')}`;
  }
  if (at(operation, 'merge') !== undefined) return 'merge';
  return at(operation, 'diff') === undefined ? 'operation' : 'diff';
}

/** A shell's command as it was written; else the list. */
function commandText(args: readonly string[]): string {
  const [shell = '', flag, ...rest] = args;
  const isShell = /(^|\/)(ba|da|a|z)?sh$/.test(shell) && flag === '-c' && rest.length === 1;
  return isShell ? (rest[0] ?? '') : JSON.stringify(args);
}

function actionText(action: unknown): string {
  const copy = at(action, 'copy');
  if (copy !== undefined) return `COPY ${textOf(at(copy, 'src')) ?? ''} ${textOf(at(copy, 'dest')) ?? ''}`;
  const [[name, body] = ['', undefined]] = Object.entries(isObject(action) ? action : {});
  return `${name} ${textOf(at(body, 'path')) ?? textOf(at(body, 'newpath')) ?? ''}`;
}

const MOUNT_TYPES: Readonly<Record<number, string>> = { 0: 'bind', 1: 'secret', 2: 'ssh', 3: 'cache', 4: 'tmpfs' };

/** Everything that goes into an operation, a line each, for the inspector. */
export function operationLines(operation: unknown): string[] {
  const meta = at(operation, 'exec', 'meta');
  const args = listOf(at(meta, 'args')).flatMap((arg) => textOf(arg) ?? []);
  const line = (label: string, value: unknown) => (value === undefined ? [] : [`${label}: ${value}`]);
  const exec = [
    ...(args.length > 0 ? [`command: ${commandText(args)}`] : []),
    ...line('directory', textOf(at(meta, 'cwd'))),
    ...line('user', textOf(at(meta, 'user'))),
    ...listOf(at(meta, 'env')).flatMap((entry) => line('environment', textOf(entry))),
    ...listOf(at(operation, 'exec', 'mounts')).flatMap(mountLine),
  ];
  const file = listOf(at(operation, 'file', 'actions')).flatMap((entry) => {
    const [[name, body] = ['', undefined]] = Object.entries(at(entry, 'Action') ?? {});
    const details = Object.entries(isObject(body) ? body : {})
      .filter(([, value]) => value !== true && value !== -1)
      .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return [`${name}: ${details.join(', ')}`];
  });
  return [...exec, ...file, ...line('source', textOf(at(operation, 'source', 'identifier')))];
}

function mountLine(mount: unknown): string[] {
  const dest = textOf(at(mount, 'dest'));
  if (dest === undefined || dest === '/') return [];
  const type = MOUNT_TYPES[numberOf(at(mount, 'mountType')) ?? 0] ?? 'mount';
  const input = numberOf(at(mount, 'input')) ?? 0;
  const from = type === 'bind' && input >= 0 ? ` from input ${input} ${textOf(at(mount, 'selector')) ?? ''}` : '';
  const id = textOf(at(mount, 'cacheOpt', 'ID')) ?? textOf(at(mount, 'secretOpt', 'ID'));
  return [`mount: ${type} at ${dest}${from.trimEnd()}${id === undefined ? '' : ` as ${id}`}`];
}
