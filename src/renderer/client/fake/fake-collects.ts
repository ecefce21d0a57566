import { implement } from '@orpc/server';
import { CacheError } from '../../../shared/base/errors.ts';
import { contract } from '../../../shared/contract/index.ts';

const os = implement(contract.collect);

/** `collect` of the contract: no source of the fake engine lies in a bucket. */
export function createFakeCollects() {
  const refuse = (): never => {
    throw new CacheError('INVALID_INPUT', 'Only a cache in a bucket can be collected.');
  };
  return {
    plan: os.plan.handler(refuse),
    get: os.get.handler(refuse),
    items: os.items.handler(refuse),
    apply: os.apply.handler(refuse),
    undo: os.undo.handler(refuse),
    renewal: os.renewal.handler(refuse),
    touch: os.touch.handler(refuse),
    undoable: os.undoable.handler(() => []),
  };
}
