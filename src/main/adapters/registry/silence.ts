import { CacheError } from '../../../shared/base/errors.ts';
import type { Clock } from '../../engine/ports/clock.ts';

/** How long a registry may say nothing, in milliseconds. */
export interface SilenceLimits {
  /** Until the head of an answer. */
  readonly headMs: number;
  /** The same for a request that brings bytes, since the last of them was taken: a registry may move a whole blob first. */
  readonly storedMs: number;
  /** Between two pieces of a body. */
  readonly bytesMs: number;
}

/** The limits that hold unless a test says otherwise. */
export const SILENCE_LIMITS: SilenceLimits = { headMs: 30_000, storedMs: 120_000, bytesMs: 60_000 };
/** Times a request is sent again that was met with silence. */
export const SILENCE_REPEATS = 2;

/** A registry said nothing for longer than it may. */
export class Silence extends Error {
  override readonly name = 'Silence';
  readonly part: 'head' | 'body';
  constructor(part: 'head' | 'body', ms: number) {
    super(`Nothing came for ${ms / 1000} s.`);
    this.part = part;
  }
}

/** True for a silence, or an error that one caused. */
export function isSilence(error: unknown, part?: Silence['part']): boolean {
  const cause = error instanceof CacheError ? error.cause : error;
  return cause instanceof Silence && (part === undefined || cause.part === part);
}

/** Reads again what ended in silence: twice, then the error stands. `part` leaves other silences alone. */
export async function repeatingSilence<T>(read: () => Promise<T>, part?: Silence['part']): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await read();
    } catch (error) {
      if (!isSilence(error, part) || repeats >= SILENCE_REPEATS) throw error;
    }
  }
}

/** A watch for silence. Disposing of it ends it. */
export interface SilenceWatch extends Disposable {
  /** Starts the time anew. */
  heard(): void;
}

/** Calls `onSilence` once, when `ms` milliseconds have passed since the start or since something was last heard. */
export function watchSilence(clock: Clock, ms: number, onSilence: () => void): SilenceWatch {
  const ended = new AbortController();
  let heardAt = clock.now();
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const left = heardAt + ms - clock.now();
      if (left <= 0) return onSilence();
      await clock.wait(left, ended.signal);
    }
  };
  void watch();
  return {
    heard: () => {
      heardAt = clock.now();
    },
    [Symbol.dispose]: () => ended.abort(),
  };
}
