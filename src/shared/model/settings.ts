import { z } from 'zod';

const hitRateSchema = z.object({ hits: z.number().int().nonnegative(), misses: z.number().int().nonnegative() });

/** The shared layer info cache, as the settings screen shows it. The address never carries its account. */
export const layerInfoStatusSchema = z.object({
  /** Address of the Redis server without account and parameters; absent when none is set. */
  url: z.string().optional(),
  /** `environment`: `CACHEWRIGHT_REDIS_URL` decides, and the setting cannot be changed here. */
  setBy: z.enum(['environment', 'setting', 'nobody']),
  /** `idle`: nothing has asked it yet, so nothing was connected. */
  state: z.enum(['off', 'idle', 'connecting', 'up', 'degraded']),
  /** Epoch ms since when it is in this state. */
  since: z.number(),
  /** Why it is degraded. */
  reason: z.string().optional(),
  /** Look-ups in this session. What the memory does not have is asked of Redis, or where none answers of this machine. */
  memory: hitRateSchema,
  redis: hitRateSchema,
  local: hitRateSchema,
});
export type LayerInfoStatus = z.infer<typeof layerInfoStatusSchema>;
