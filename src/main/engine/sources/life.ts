import type { CacheError } from '../../../shared/base/errors.ts';
import type { CatalogSlot } from './catalog-slot.ts';

/** Where a source of the list stands. Only a `ready` one has a catalog, only a `failed` one an error. */
export type SourceLife =
  /** Nothing of it was read. `isNew`: it came to the list in this session, and leaves it when its opening is cancelled. */
  | { readonly phase: 'listed'; readonly isNew: boolean }
  /** Being read for the first time, or again after a failure. `jobId`: absent while only a kept catalog is looked for. */
  | { readonly phase: 'opening'; readonly isNew: boolean; readonly jobId?: string }
  /** `jobId`: it is being read again meanwhile. */
  | { readonly phase: 'ready'; readonly slot: CatalogSlot; readonly jobId?: string }
  | { readonly phase: 'failed'; readonly error: CacheError }
  /** Its first opening was cancelled: it has left the list. */
  | { readonly phase: 'gone' };

export type LifeEvent =
  | { readonly type: 'begin'; readonly jobId?: string }
  | { readonly type: 'loaded'; readonly slot: CatalogSlot }
  | { readonly type: 'failed'; readonly error: CacheError }
  /** Somebody cancelled the reading. */
  | { readonly type: 'cancelled'; readonly error: CacheError }
  /** The engine stops: what was not finished begins anew in the next session. */
  | { readonly type: 'stopped' };

/** Returns the next state. An event that means nothing in a state leaves it as it is. */
export function sourceLife(life: SourceLife, event: LifeEvent): SourceLife {
  if (life.phase === 'gone') return life;
  switch (event.type) {
    case 'begin':
      return begun(life, event.jobId === undefined ? {} : { jobId: event.jobId });
    case 'loaded':
      return { phase: 'ready', slot: event.slot };
    case 'failed':
      return { phase: 'failed', error: event.error };
    case 'cancelled':
      return cancelled(life, event.error);
    case 'stopped':
      if (life.phase === 'opening') return { phase: 'listed', isNew: life.isNew };
      return life.phase === 'ready' ? { phase: 'ready', slot: life.slot } : life;
  }
}

function begun(life: Exclude<SourceLife, { phase: 'gone' }>, job: { readonly jobId?: string }): SourceLife {
  switch (life.phase) {
    case 'listed':
      return { phase: 'opening', isNew: life.isNew, ...job };
    case 'failed':
      return { phase: 'opening', isNew: false, ...job };
    case 'opening':
    case 'ready':
      return { ...life, ...job };
  }
}

function cancelled(life: Exclude<SourceLife, { phase: 'gone' }>, error: CacheError): SourceLife {
  switch (life.phase) {
    case 'listed':
    case 'opening':
      return life.isNew ? { phase: 'gone' } : { phase: 'failed', error };
    case 'ready':
      return { phase: 'ready', slot: life.slot };
    case 'failed':
      return life;
  }
}

/** Returns the catalog in use; undefined where there is none. */
export function slotOf(life: SourceLife): CatalogSlot | undefined {
  return life.phase === 'ready' ? life.slot : undefined;
}

/** Returns the job that is reading it. */
export function jobOf(life: SourceLife): string | undefined {
  return life.phase === 'opening' || life.phase === 'ready' ? life.jobId : undefined;
}

/** True where it has neither a catalog nor an error yet. */
export function isUnread(life: SourceLife): boolean {
  return life.phase === 'listed' || life.phase === 'opening';
}
