import { oc } from '@orpc/contract';
import { z } from 'zod';
import { CACHE_ERROR_CODES, type CacheErrorCode } from '../base/errors.ts';

/** What every declared error carries besides its code and sentence. */
const errorDetailsSchema = z.object({ subject: z.string().optional(), hint: z.string().optional() });

const errorMap = Object.fromEntries(
  CACHE_ERROR_CODES.map((code) => [code, { status: statusOf(code), data: errorDetailsSchema }]),
) as { readonly [Code in CacheErrorCode]: { readonly status: number; readonly data: typeof errorDetailsSchema } };

/** The HTTP status a code travels under, where a transport wants one. */
function statusOf(code: CacheErrorCode): number {
  switch (code) {
    case 'NOT_FOUND':
      return 404;
    case 'INVALID_INPUT':
      return 400;
    case 'ACCESS_DENIED':
      return 403;
    case 'CONFLICT':
    case 'STALE_PLAN':
      return 409;
    case 'CANCELLED':
      return 499;
    case 'NO_SPACE':
      return 507;
    case 'UNAVAILABLE':
      return 503;
    case 'INTERNAL':
      return 500;
    default:
      return 422;
  }
}

/** What a procedure does to the world: hosts may call a `read` again, never a `mutate`. */
export interface ProcedureMeta {
  readonly effect: 'read' | 'mutate';
}

const base = oc.$meta<ProcedureMeta>({ effect: 'read' }).errors(errorMap);

/** A procedure that changes nothing. */
export const read = base.meta({ effect: 'read' });

/** A procedure that changes a store, a list or a job. */
export const mutate = base.meta({ effect: 'mutate' });

/** A window of a list: at most 1,000 rows from `offset`. */
export const windowSchema = z.object({
  offset: z.number().int().nonnegative().default(0),
  limit: z.number().int().min(1).max(1000).default(100),
});

/** `FIELD` or `FIELD:desc`. */
export const sortSchema = z.object({ field: z.string(), descending: z.boolean().default(false) });

export const sourceRefSchema = z.object({ sourceId: z.string() });
export const jobRefSchema = z.object({ jobId: z.string() });
