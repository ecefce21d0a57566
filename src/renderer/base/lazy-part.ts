import { type ComponentType, lazy } from 'react';
import { CacheError } from '../../shared/base/errors.ts';
import type { Lazy } from './feature.ts';

const loaders: (() => Promise<unknown>)[] = [];

/**
 * A part of the window whose code is loaded when it is first shown, or in a quiet moment before that:
 * `lazyPart(async () => (await import('./keys-view.tsx')).KeysView)`. Shown without its code it throws `UNAVAILABLE`.
 */
export function lazyPart<Props>(load: () => Promise<ComponentType<Props>>): Lazy<Props> {
  loaders.push(load);
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new CacheError('UNAVAILABLE', 'This part of the window could not be loaded.', {
        hint: 'Reload the window once the engine answers again.',
        cause,
      });
    }
  });
}

/** Loads all parts, one after the other: then every view opens at once, also when the server has gone. */
export async function preloadParts(): Promise<void> {
  for (const load of loaders) await load().catch(() => undefined);
}
