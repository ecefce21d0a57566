import type { Register } from '../context.ts';
import { registerEmptyTrash } from './empty-trash.ts';
import { registerExport } from './export.ts';
import { registerGraph } from './graph.ts';
import { registerImport } from './import.ts';
import { registerInspect } from './inspect.ts';
import { registerKeys } from './keys.ts';
import { registerLayers } from './layers.ts';
import { registerOpen } from './open.ts';
import { registerPlanned } from './planned.ts';
import { registerPrune } from './prune.ts';
import { registerServe } from './serve.ts';
import { registerSync } from './sync.ts';
import { registerUndo } from './undo.ts';
import { registerVerify } from './verify.ts';

/** All commands, in the order of the help. */
export const commands: readonly Register[] = [
  registerOpen,
  registerInspect,
  registerKeys,
  registerLayers,
  registerGraph,
  registerVerify,
  registerImport,
  registerExport,
  registerPrune,
  registerUndo,
  registerEmptyTrash,
  registerSync,
  registerServe,
  registerPlanned,
];
