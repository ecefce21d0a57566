import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { descriptorSchema } from '../../../shared/oci/descriptor.ts';
import type {
  CacheKey,
  Config,
  GetConfigRequest,
  Link,
  UpdateCacheLayersRequest,
  UpdateCacheRecordsResponse,
} from './types.ts';

/**
 * The JSON of a cache service, as Go writes and reads structs without tags: field names are the Go names, read in any case;
 * a list that is nil is `null`; durations are whole nanoseconds.
 */

const NANOSECONDS = 1_000_000;

/** `null` and absence are Go's zero value. */
const text = z.string().nullish().transform(orEmpty);
const duration = z.number().nonnegative().nullish().transform(toMs);

const configSchema = z.object({
  s3: z
    .object({
      bucket: text,
      region: text,
      endpointurl: text,
      usepathstyle: z.boolean().nullish(),
      blobsprefix: text,
      cachemountprefixes: z.array(z.string()).nullish(),
    })
    .nullish(),
  importperiod: duration,
  exportperiod: duration,
  exporttimeout: duration,
});

const askedSchema = z.object({
  exportrecords: z.array(z.object({ digest: text, cacherefid: text })).nullish(),
});

/**
 * Reads the answer of `GET /config`.
 * @throws `CORRUPT` naming the field; `INVALID_INPUT` for a period that is zero, as the original does
 */
export function readConfig(json: string): Config {
  const found = checked(configSchema, lowered(json), 'config');
  const { importperiod: importPeriodMs, exportperiod: exportPeriodMs, exporttimeout: exportTimeoutMs } = found;
  if (importPeriodMs === 0 || exportPeriodMs === 0 || exportTimeoutMs === 0) {
    throw new CacheError('INVALID_INPUT', 'The service sets a period of zero.', {
      subject: 'config',
      hint: 'Import period, export period and export timeout must be more than 0. Change them at the service.',
    });
  }
  const { s3 } = found;
  return {
    importPeriodMs,
    exportPeriodMs,
    exportTimeoutMs,
    s3: s3
      ? {
          bucket: s3.bucket,
          region: s3.region || undefined,
          endpointURL: s3.endpointurl || undefined,
          usePathStyle: s3.usepathstyle ?? undefined,
          blobsPrefix: s3.blobsprefix,
          cacheMountPrefixes: s3.cachemountprefixes ?? [],
        }
      : undefined,
  };
}

/** Reads the answer of `POST /records`. @throws `CORRUPT` naming the field */
export function readAsked(json: string): UpdateCacheRecordsResponse {
  const { exportrecords } = checked(askedSchema, lowered(json), 'records');
  const exportRecords = (exportrecords ?? []).map(({ digest, cacherefid: cacheRefID }) => ({ digest, cacheRefID }));
  return { exportRecords };
}

/** Writes the question of `GET /config`. */
export function writeGetConfig({ cacheMountIDs }: GetConfigRequest): string {
  return JSON.stringify({ CacheMountIDs: cacheMountIDs.length === 0 ? null : cacheMountIDs });
}

/** Writes a key of `POST /records`. */
export function writeCacheKey({ id, results }: CacheKey): string {
  const Results = results.map((one) => ({ ID: one.id, CreatedAt: one.createdAt, Description: one.description }));
  return JSON.stringify({ ID: id, Results: Results.length === 0 ? null : Results });
}

/** Writes a link of `POST /records`. */
export function writeLink({ id, linkedID, input, digest, selector }: Link): string {
  return JSON.stringify({ ID: id, LinkedID: linkedID, Input: input, Digest: digest, Selector: selector });
}

/** Writes the body of `POST /layers`. Descriptors have the names of OCI. */
export function writeRecordLayers({ updatedRecords }: UpdateCacheLayersRequest): string {
  const UpdatedRecords = updatedRecords.map(({ recordDigest, layers }) => ({
    RecordDigest: recordDigest,
    Layers: layers.map((layer) => descriptorSchema.parse(layer)),
  }));
  return `${JSON.stringify({ UpdatedRecords })}\n`;
}

/** Names of fields in lower case, all the way down. @throws `CORRUPT` for what is no JSON */
function lowered(json: string): unknown {
  try {
    return JSON.parse(json, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]));
    });
  } catch (cause) {
    throw new CacheError('CORRUPT', 'The answer of the service is no JSON.', {
      subject: 'answer',
      hint: 'Check the address: it must be that of a cache service, not of a page or a proxy.',
      cause,
    });
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const answer = schema.safeParse(value);
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  throw new CacheError('CORRUPT', 'The answer of the service is not what it should be.', {
    subject: [what, ...(issue?.path ?? [])].join('.'),
    hint: 'Check the address, and that service and client are of the same version.',
  });
}

function orEmpty(value: string | null | undefined): string {
  return value ?? '';
}

function toMs(value: number | null | undefined): number {
  return (value ?? 0) / NANOSECONDS;
}
