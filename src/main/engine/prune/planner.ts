import { randomBytes } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { PrunePolicy } from '../../../shared/model/plan.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { CacheSource, SourceSnapshot } from '../ports/cache-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiskSpace } from '../ports/disk-use.ts';
import type { StoreView } from '../ports/managed-store.ts';
import { drive } from '../streams/drive.ts';
import { type KeptPlan, parsePlan, printPlan } from './kept-plan.ts';
import { type PlanDraft, planPrune } from './plan.ts';
import { type PlanBase, planBase } from './plan-base.ts';
import { durationText, REASONS, sizeText } from './reasons.ts';

/** How long a plan can be asked for. */
const KEPT_MS = 24 * 3_600_000;
/** Lines of plans kept at hand, some hundred bytes each; the latest plan is, whatever it has. */
const LINES_AT_HAND = 500_000;
/** Up to so many records what was read last is kept, so that trying one size after another takes no reading. */
const RECORDS_AT_HAND = 300_000;
/** How often a store may change while its plan is worked out. */
const TRIES = 3;

/** What a plan is made of. */
export interface PlanRequest {
  readonly sourceId: string;
  readonly policy: PrunePolicy;
  /** The store, where the source is one. */
  readonly store: StoreView | undefined;
  /** Whether the store keeps it for 24 hours, so that it outlives this process. */
  readonly keep: boolean;
  /** As of `CacheSource`. */
  readonly source: Pick<CacheSource, 'fingerprint' | 'look'>;
  read(): Promise<SourceSnapshot>;
  /** The disk it lies on, where it lies on one of this machine. */
  space(): Promise<DiskSpace | undefined>;
  readonly signal?: AbortSignal | undefined;
}

/** Makes plans and keeps them. */
export interface Planner {
  make(request: PlanRequest): Promise<KeptPlan>;
  /** Keeps a plan with the store that was made without. Where the store is full or may not be written, nothing happens. */
  keep(kept: KeptPlan, store: StoreView): Promise<void>;
  /** @throws `NOT_FOUND` for a plan that is not kept or not of this source, `CORRUPT` */
  get(plan: string, sourceId: string, store: StoreView | undefined): Promise<KeptPlan>;
}

/** A planner with nothing at hand. */
export function createPlanner(clock: Clock): Planner {
  const atHand = new Map<string, KeptPlan>();
  let last: ReadState | undefined;
  const remember = (kept: KeptPlan) => {
    atHand.delete(kept.plan.plan);
    atHand.set(kept.plan.plan, kept);
    let lines = 0;
    for (const [plan, { goes, stays }] of [...atHand].reverse()) {
      lines += goes.length + stays.length;
      if (lines > LINES_AT_HAND && plan !== kept.plan.plan) atHand.delete(plan);
    }
    return kept;
  };
  return {
    make: async (request) => {
      const now = clock.now();
      const state = (await stillCurrent(last, request)) ?? (await readState(request));
      last = recordsOf(state.base) <= RECORDS_AT_HAND ? state : undefined;
      const space = await request.space();
      const draft = await drive(planPrune(state.base, request.policy, now, space), { signal: request.signal });
      const kept = keptPlan(request, draft, state.version, now);
      if (request.keep && (await keepInStore(request.store, kept))) return remember(kept);
      return remember(asKept(kept, false));
    },
    keep: async (kept, store) => {
      if (kept.plan.kept) return;
      if (await keepInStore(store, asKept(kept, true))) remember(asKept(kept, true));
    },
    get: async (plan, sourceId, store) => {
      const known = atHand.get(plan);
      if (known && clock.now() - known.plan.createdAt <= KEPT_MS && known.plan.sourceId === sourceId) return known;
      const text = await store?.plans.get(plan);
      if (text === undefined) throw unknownPlan(plan);
      const kept = parsePlan(text, plan);
      return remember({ ...kept, plan: { ...kept.plan, sourceId } });
    },
  };
}

/** Keeps a plan with the store. Where that is full or may not be written, this process alone has it. @returns whether it lies there */
async function keepInStore(store: StoreView | undefined, kept: KeptPlan): Promise<boolean> {
  try {
    await store?.plans.put(kept.plan.plan, printPlan(kept));
    return store !== undefined;
  } catch (error) {
    if (!isCacheError(error, 'NO_SPACE') && !isCacheError(error, 'ACCESS_DENIED')) throw error;
    return false;
  }
}

function asKept(kept: KeptPlan, isKept: boolean): KeptPlan {
  return { ...kept, plan: { ...kept.plan, kept: isKept } };
}

/** What was read of a source, and the state it is of. */
interface ReadState {
  readonly sourceId: string;
  /** What its plans belong to: of a store the version of its index, else the fingerprint. */
  readonly version: string;
  /** Stands for the fingerprint, if `isWhole`. */
  readonly look: string | undefined;
  /** Whether a look of this state can stand for it. */
  readonly isWhole: boolean;
  readonly base: PlanBase;
}

/**
 * The state that was read last, if the source is still in it. Blobs are listed only where no look stands for them. Orphans
 * come and go without a change of the references: for a plan about them alone it is always read anew.
 */
async function stillCurrent(state: ReadState | undefined, request: PlanRequest): Promise<ReadState | undefined> {
  const { store, source, policy, sourceId, signal } = request;
  if (state?.sourceId !== sourceId || policy.orphans !== undefined) return undefined;
  if (store) return (await store.readIndex()).version === state.version ? state : undefined;
  const look = await source.look?.();
  if (state.isWhole && look !== undefined && look === state.look) return state;
  return (await source.fingerprint(signal)) === state.version ? { ...state, look } : undefined;
}

function recordsOf({ model }: PlanBase): number {
  return model.cacheStart.at(-1) ?? 0;
}

/** Reads the source: what is read and the version it is said to be of are the same. */
async function readState({ sourceId, store, source, read, signal }: PlanRequest): Promise<ReadState> {
  for (let tried = 1; ; tried += 1) {
    const index = await store?.readIndex();
    const look = await source.look?.();
    const snapshot = await read();
    // A source gives one whole state of itself; of a store, the index is read apart.
    if (index === undefined || (await store?.readIndex())?.version === index.version) {
      const base = await drive(planBase(snapshot), { signal });
      const version = index?.version ?? snapshot.fingerprint;
      return { sourceId, version, look, isWhole: snapshot.wholeBytes !== undefined, base };
    }
    if (tried === TRIES) {
      throw new CacheError('UNAVAILABLE', 'The source keeps changing.', {
        ...(store ? { subject: store.location } : {}),
        hint: 'An import is going on. Plan again when it is done.',
      });
    }
  }
}

function keptPlan({ sourceId, policy }: PlanRequest, draft: PlanDraft, version: string, createdAt: number): KeptPlan {
  const { goes, stays, blobs, freedBytes, keepBytes, keepBlobs } = draft;
  const lines = goes.filter(({ reason }) => REASONS[reason] === 'record');
  const results = lines.filter((line) => line.stays).length;
  return {
    version,
    plan: {
      plan: `p-${label(policy)}-${randomBytes(3).toString('hex')}`,
      sourceId,
      policy,
      exact: false,
      createdAt,
      goes: { records: lines.length - results, results, blobs: blobs.length, bytes: freedBytes },
      stays: { records: stays.length, blobs: keepBlobs, bytes: keepBytes },
      keepBytes,
      freedBytes,
      applied: false,
      kept: true,
    },
    goes: [...goes],
    stays: [...stays],
    blobs: blobs.map((digest) => parseDigest(digest)),
  };
}

/** What a person knows the plan by: `15mb`, `7d`, `all`, `orphans`. */
function label(policy: PrunePolicy): string {
  const text = policy.all
    ? 'all'
    : policy.maxBytes !== undefined
      ? sizeText(policy.maxBytes)
      : policy.keepDurationMs !== undefined
        ? durationText(policy.keepDurationMs)
        : 'orphans';
  return text.replaceAll(' ', '').toLowerCase();
}

function unknownPlan(plan: string): CacheError {
  return new CacheError('NOT_FOUND', 'There is no such plan for this source.', {
    subject: plan,
    hint: 'A plan is kept for 24 hours. Make a new one.',
  });
}
