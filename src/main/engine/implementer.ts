import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/index.ts';
import { guardStream, isStream } from '../../shared/contract/stream.ts';
import { outward } from './error-border.ts';
import type { ReportSink } from './ports/report-sink.ts';

/**
 * The contract, ready for handlers, with the one place where errors become values that cross a process border.
 *
 * Every capability exports `createXHandlers(os: Implementer['x'], …what it needs)` and answers an object of
 * `os.procedure.handler(…)`; `engine.ts` joins them. Handlers throw `CacheError` and never an error of the library.
 */
export function createImplementer(reports: ReportSink) {
  return implement(contract).use(async ({ next, errors, signal }) => {
    const rethrow = (error: unknown): Error => {
      const { code, message, subject, hint, cause } = outward(error, reports, signal);
      return errors[code]({ message, data: { subject, hint }, cause });
    };
    try {
      const result = await next();
      return isStream(result.output) ? { ...result, output: guardStream(result.output, rethrow) } : result;
    } catch (error) {
      throw rethrow(error);
    }
  });
}

/** Its capabilities as properties: `Implementer['prune']` is what `createPruneHandlers` takes. */
export type Implementer = ReturnType<typeof createImplementer>;
