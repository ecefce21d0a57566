import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { S3_STEPS, type S3Check, type S3Step, type S3StepResult } from '../../../shared/model/s3-check.ts';
import type { Clock } from '../ports/clock.ts';
import type { S3Account, S3Listing, S3Probe } from '../ports/s3-probe.ts';

/** Requests are signed with the time, and servers take no more than this, in milliseconds. */
const MOST_SKEW_MS = 15 * 60_000;
/** More than this is worth a word. */
const SKEW_TOLD_MS = 5_000;

/**
 * Tests a connection to S3 step by step, and tells after each how far it is. A step that fails ends the test. The write test puts one empty object there and deletes it, and is left
 * out unless it is allowed.
 */
export async function* checkS3(
  probe: S3Probe,
  {
    clock,
    mayWrite,
    signal,
  }: { readonly clock: Clock; readonly mayWrite: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<S3Check> {
  const results = new Map<S3Step, S3StepResult>(S3_STEPS.map((step) => [step, { step, state: 'waiting' }]));
  let listing: S3Listing | undefined;
  let written: string | undefined;
  let account: S3Account | undefined;
  const state = (step: S3Step) => results.get(step)?.state;
  const now = (isOver: boolean): S3Check => ({
    location: probe.location,
    steps: [...results.values()],
    isOver,
    access: accessOf(state, mayWrite),
    ...(listing ? { caches: listing.caches } : {}),
  });

  let serverMs: number | undefined;
  let greetedAt = 0;
  const work: Readonly<Record<S3Step, () => Promise<string | undefined>>> = {
    async endpoint() {
      const { server, dateMs } = await probe.greet(signal);
      serverMs = dateMs;
      greetedAt = clock.now();
      return server === '' ? 'it answers' : server;
    },
    async clock() {
      if (serverMs === undefined) return 'the server tells no time';
      const skew = Math.abs(greetedAt - serverMs);
      if (skew > MOST_SKEW_MS) throw clockOff(skew, probe.location);
      return skew > SKEW_TOLD_MS ? `${Math.round(skew / 1000)} s apart, which is allowed` : 'within some seconds';
    },
    async credentials() {
      account = await probe.signIn(signal);
      return `key id ends in ${account.keyEnd}`;
    },
    async bucket() {
      if (account?.bucketError) throw account.bucketError;
      return account?.mayAskForBucket ? 'it is there' : 'the account may not ask for it, which is no matter';
    },
    async list() {
      listing = await probe.list(signal);
      const { caches, objects, isCut } = listing;
      const what = caches === 1 ? '1 cache' : `${caches} caches`;
      return `${what}, ${isCut ? 'more than ' : ''}${objects} ${objects === 1 ? 'object' : 'objects'}`;
    },
    async read() {
      if (listing?.example === undefined) return undefined;
      await probe.read(listing.example, signal);
      return 'an object was read';
    },
    async write() {
      written = await probe.write(signal);
      return 'an empty object was written';
    },
    async delete() {
      await probe.delete(written ?? '');
      written = undefined;
      return 'it was deleted again';
    },
  };

  try {
    yield now(false);
    for (const step of S3_STEPS) {
      if ((step === 'write' && !mayWrite) || (step === 'delete' && written === undefined)) continue;
      results.set(step, { step, state: 'running' });
      yield now(false);
      try {
        const found = await work[step]();
        results.set(step, found === undefined ? { step, state: 'waiting' } : { step, state: 'done', found });
      } catch (thrown) {
        const error = toCacheError(thrown, probe.location);
        if (signal?.aborted) throw error;
        results.set(step, { step, state: 'failed', error: error.toJSON() });
        break;
      }
    }
    yield now(true);
  } finally {
    // Whoever goes away in the middle leaves nothing behind.
    if (written !== undefined && state('delete') !== 'failed') await probe.delete(written).catch(() => undefined);
  }
}

function accessOf(state: (step: S3Step) => string | undefined, mayWrite: boolean): S3Check['access'] {
  const canSee = state('list') === 'done' && state('read') !== 'failed';
  if (!canSee) return 'none';
  if (!mayWrite) return 'read-untested-write';
  return state('write') === 'done' && state('delete') === 'done' ? 'write' : 'read';
}

function clockOff(skewMs: number, subject: string): CacheError {
  const minutes = Math.round(skewMs / 60_000);
  return new CacheError('ACCESS_DENIED', `The clocks of this machine and of the server are ${minutes} min apart.`, {
    subject,
    hint: 'Set the clock of the one that is wrong: more than 15 minutes are not allowed.',
  });
}
