import { CacheError, isCacheError } from '../../shared/base/errors.ts';
import { splitLocation } from '../../shared/oci/location.ts';
import { openSource, readCompanionNames } from '../adapters/oci-layout/index.ts';
import type { CacheSource } from '../engine/ports/cache-source.ts';
import type { SourceAdapter } from '../engine/ports/source-adapter.ts';
import type { SourceOpener } from '../engine/ports/source-opener.ts';
import { localPath } from './local-path.ts';

/** Every kind of source of a list, behind one door. */
export function createSourceOpener(adapters: readonly SourceAdapter[]): SourceOpener {
  const local = adapters.filter(({ opens }) => opens === 'path');
  const localSchemes = local.flatMap(({ schemes }) => schemes);

  return {
    async open(text, signal) {
      const { scheme = '' } = splitLocation(text);
      const remote = adapters.find(({ opens, schemes }) => opens === 'reference' && schemes.includes(scheme));
      const location = remote ? text : localPath(text, localSchemes);
      for (const adapter of remote ? [remote] : local) {
        const source = await adapter.open(location, { isMeant: adapter.schemes.includes(scheme), signal });
        if (source) return withCompanionNames(source);
      }
      return openSource(location).catch((error: unknown) => {
        throw withMoreKinds(error, adapters);
      });
    },
    declared(kind, location) {
      const adapter = adapters.find((one) => one.kind === kind);
      if (adapter) return { can: adapter.can, place: adapter.place(location) };
      throw new CacheError('UNSUPPORTED_FORMAT', 'Sources of this kind do not open here.', { subject: location });
    },
    async probe(path) {
      for (const adapter of adapters) {
        // What cannot be looked into is a plain folder or file until somebody opens it.
        if (await adapter.probe?.(path).catch(() => false)) return adapter.kind;
      }
      return undefined;
    },
  };
}

/** What lies on this machine may have a provenance beside it, whatever kind it is. */
function withCompanionNames(source: CacheSource): CacheSource {
  if (source.names) return source;
  return { ...source, names: (signal) => readCompanionNames(source.location, signal) };
}

/** What else was looked for. */
function withMoreKinds(error: unknown, adapters: readonly SourceAdapter[]): unknown {
  if (!isCacheError(error, 'UNSUPPORTED_FORMAT')) return error;
  const others = adapters.flatMap(({ lookedFor = [] }) => lookedFor);
  const more = `These open too: ${others.join('; ')}.`;
  return CacheError.fromData({ ...error.toJSON(), hint: `${error.hint ?? ''} ${more}`.trim() }, error);
}
