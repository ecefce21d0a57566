import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { layerInfoStatusSchema } from '../model/settings.ts';
import { mutate, read } from './procedure.ts';

/** Settings of the engine, shared by all windows of this machine. */
export const settings = {
  /**
   * Where layer paths and sizes are remembered, and how that is going. Connects when an address is set, and does not wait
   * for it.
   */
  layerInfo: read.output(layerInfoStatusSchema),
  /** The same, first at once and then whenever it changes. Connects nothing. */
  watch: read.output(eventIterator(layerInfoStatusSchema)),
  /**
   * Names the Redis server, or none with `""`; takes effect at once. `INVALID_INPUT` for what is no address, `CONFLICT`
   * while the environment variable decides.
   */
  setLayerInfo: mutate.input(z.object({ url: z.string() })).output(layerInfoStatusSchema),
};
