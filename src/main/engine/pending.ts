import { CacheError } from '../../shared/base/errors.ts';
import type { Implementer } from './implementer.ts';

function notYet(): never {
  throw new CacheError('UNAVAILABLE', 'This is not built yet.');
}

/** Stand-ins until `prune/` and `transfer/` have their handlers. */
export function createPruneHandlers(os: Implementer['prune']) {
  return {
    plan: os.plan.handler(notYet),
    get: os.get.handler(notYet),
    items: os.items.handler(notYet),
    apply: os.apply.handler(notYet),
    undo: os.undo.handler(notYet),
    trash: os.trash.handler(notYet),
    emptyTrash: os.emptyTrash.handler(notYet),
  };
}

export function createTransferHandlers(os: Implementer['transfer']) {
  return {
    preview: os.preview.handler(notYet),
    import: os.import.handler(notYet),
    export: os.export.handler(notYet),
  };
}
