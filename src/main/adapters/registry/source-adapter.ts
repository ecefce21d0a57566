import { parseRef, type Ref } from '../../../shared/oci/reference.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';
import { createRegistrySource, REGISTRY, type RegistrySourceOptions } from './source.ts';

/** Caches in registries, and inline caches of images there. */
export function registryAdapter(options: RegistrySourceOptions): SourceAdapter {
  return {
    ...REGISTRY,
    schemes: ['docker'],
    opens: 'reference',
    place: placeOf,
    async open(location, { signal }) {
      const source = createRegistrySource(parseRef(location), options);
      // As with a path: what is not there is not put into the list.
      await source.fingerprint(signal);
      return source;
    },
  };
}

/** A location that a list kept and that is none any more still has a place: one where nothing is. */
function placeOf(location: string): Ref {
  try {
    return parseRef(location);
  } catch {
    return { transport: 'docker', registry: '', repository: location };
  }
}
