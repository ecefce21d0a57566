import { s3Place } from '../../../shared/oci/reference.ts';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';
import type { S3Connector } from './client.ts';
import { createS3Source, S3 } from './source.ts';

/** Caches that BuildKit's `type=s3` keeps in a bucket. */
export function s3Adapter(connect: S3Connector): SourceAdapter {
  return {
    ...S3,
    schemes: ['s3'],
    opens: 'reference',
    place: (location) => s3Place(parseS3Address(location)),
    async open(location, { signal }) {
      const source = createS3Source(parseS3Address(location), connect);
      // As with a path: what is not there is not put into the list.
      await source.checkThere(signal);
      return source;
    },
  };
}
