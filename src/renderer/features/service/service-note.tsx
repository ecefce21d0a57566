import { useSyncs } from '../../client/hooks.ts';

/** How many sources are kept in step; nothing where none is. */
export function ServiceNote() {
  const running = useSyncs()?.filter(({ state }) => state !== 'done' && state !== 'failed').length ?? 0;
  return running === 0 ? null : <>{running} in step</>;
}
