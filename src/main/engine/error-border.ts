import { randomBytes } from 'node:crypto';
import { ORPCError, ValidationError } from '@orpc/contract';
import { CacheError, cancelled, isCacheError, toCacheError } from '../../shared/base/errors.ts';
import type { ReportSink } from './ports/report-sink.ts';

/** Bugs that have their number already: they may pass here again on their way out. */
const numbered = new WeakSet<CacheError>();

/**
 * What a caller may see of anything thrown inside the engine. Aborts are `CANCELLED`, bad input `INVALID_INPUT` naming
 * the field. A bug becomes `INTERNAL` with nothing in it but a number, under which the sink has the rest.
 */
export function outward(error: unknown, reports: ReportSink, signal?: AbortSignal): CacheError {
  if (error instanceof CacheError && numbered.has(error)) return error;
  if (error instanceof ORPCError) return fromLibrary(error, reports);
  if (signal?.aborted && error === signal.reason) return cancelled();
  const known = toCacheError(error);
  return isCacheError(known, 'INTERNAL') ? internal(error, reports) : known;
}

function fromLibrary(error: ORPCError<string, unknown>, reports: ReportSink): CacheError {
  const issue = error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError && error.cause.issues[0];
  if (!issue) return internal(error, reports);
  const field = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return new CacheError('INVALID_INPUT', `The request is not valid: ${issue.message}.`, {
    ...(field === '' ? {} : { subject: field }),
    cause: error,
  });
}

function internal(error: unknown, reports: ReportSink): CacheError {
  const id = randomBytes(4).toString('hex');
  reports.internalError(id, error);
  const shown = new CacheError('INTERNAL', 'Something went wrong inside Cachewright.', {
    hint: `Please report it with the number ${id}; the log has the details under it.`,
    cause: error,
  });
  numbered.add(shown);
  return shown;
}
