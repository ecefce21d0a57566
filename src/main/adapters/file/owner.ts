import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';
import { systemClock } from '../../engine/ports/clock.ts';
import { isAlive } from '../../system/is-alive.ts';

/**
 * What a file name says of the process that made it: `<pid>-<start>-<boot>-<namespace>`.
 *
 * `start` is the process's start in clock ticks since boot (a process id is used again), `boot` the id of the system's
 * boot, `namespace` the process id namespace (containers that share a folder see different process ids). All three are
 * 0 where the system does not tell; then only the process id counts.
 */
interface Owner {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly namespace: string;
}

/** After this long without a change, a file of a process that cannot be seen from here counts as left behind. */
const UNSEEN_MS = 24 * 3_600_000;

const OWNER = /\.(\d+)-(\d+)-([0-9a-f]+)-(\d+)\.[a-z]+$/;

let own: string | undefined;

/** The name of a new file that belongs to this process; `kind` tells what it is. */
export function ownedName(kind: 'blob' | 'link' | 'text' | 'lock' | 'lease', prefix = ''): string {
  own ??= ownerText();
  return `${prefix}${randomBytes(8).toString('hex')}.${own}.${kind}`;
}

/** The process a file name belongs to; undefined for a file that is not ours to judge. */
export function ownerOf(name: string): Owner | undefined {
  const match = OWNER.exec(name);
  if (!match) return undefined;
  return { pid: Number(match[1]), start: match[2] ?? '0', boot: match[3] ?? '0', namespace: match[4] ?? '0' };
}

/**
 * Whether the process that made a file has ended. `mtimeMs` is the file's. Unsure means no: a process on another
 * machine or in another container is given 24 hours of silence.
 */
export function isOwnerGone(owner: Owner, mtimeMs: number, now = systemClock.now()): boolean {
  const boot = bootId();
  if (owner.boot !== boot) {
    const fromEarlierBoot = mtimeMs < now - uptime() * 1000;
    return fromEarlierBoot || now - mtimeMs > UNSEEN_MS;
  }
  if (owner.namespace !== processNamespace()) return now - mtimeMs > UNSEEN_MS;
  const start = startOf(owner.pid);
  return start === undefined || start !== owner.start;
}

function ownerText(): string {
  return `${process.pid}-${startOf(process.pid) ?? '0'}-${bootId()}-${processNamespace()}`;
}

function bootId(): string {
  return readOr('0', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', ''));
}

function processNamespace(): string {
  return readOr('0', () => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0');
}

/** Start time of a living process, `0` where the system does not tell; undefined when there is none. */
function startOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  return readOr('0', () => {
    // The second field, the command, may hold spaces and brackets: fields are counted after its last bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  });
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}
