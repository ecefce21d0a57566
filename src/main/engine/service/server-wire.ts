import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Descriptor, descriptorSchema } from '../../../shared/oci/descriptor.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import type { Config, GetConfigRequest, UpdateCacheLayersRequest, UpdateCacheRecordsResponse } from './types.ts';

/**
 * What a service reads and writes; the side of a manager stands in `wire.ts`. The body of `POST /records` is read as it
 * comes in, in `records-reader.ts`.
 */

const NS_PER_MS = 1_000_000;
const MAX_TEXT = 4096;
const MAX_DEPTH = 16;

const configRequestSchema = z.object({ cachemountids: z.array(z.string().max(MAX_TEXT)).nullish() });

/** Names of an OCI descriptor in lower case; the names of annotations are kept. */
const layerSchema = z
  .object({
    mediatype: z.string().max(MAX_TEXT).nullish(),
    digest: z.string().refine(isDigest, 'not a digest'),
    size: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullish(),
    annotations: descriptorSchema.shape.annotations.nullish(),
  })
  .transform(
    ({ mediatype, digest, size, annotations }): Descriptor => ({
      mediaType: mediatype ?? '',
      digest,
      size: size ?? 0,
      ...(annotations ? { annotations } : {}),
    }),
  );

const layersRequestSchema = z.object({
  updatedrecords: z
    .array(
      z.object({
        recorddigest: z.string().refine(isDigest, 'not a digest'),
        layers: z.array(layerSchema).max(10_000).nullish(),
      }),
    )
    .nullish(),
});

/** Reads the question of `GET /config`, which may have no body. @throws `INVALID_INPUT` naming the field */
export function readGetConfig(body: string): GetConfigRequest {
  if (body.trim() === '') return { cacheMountIDs: [] };
  return { cacheMountIDs: checked(configRequestSchema, body).cachemountids ?? [] };
}

/** Reads the body of `POST /layers`. @throws `INVALID_INPUT` naming the field */
export function readRecordLayers(body: string): UpdateCacheLayersRequest {
  const { updatedrecords } = checked(layersRequestSchema, body);
  const updatedRecords = (updatedrecords ?? []).map(({ recorddigest: recordDigest, layers }) => ({
    recordDigest,
    layers: layers ?? [],
  }));
  return { updatedRecords };
}

/** Writes the answer of `GET /config`. */
export function writeConfig({ s3, importPeriodMs, exportPeriodMs, exportTimeoutMs }: Config): string {
  const S3 = s3 && {
    Bucket: s3.bucket,
    Region: s3.region ?? '',
    EndpointURL: s3.endpointURL ?? '',
    UsePathStyle: s3.usePathStyle ?? false,
    BlobsPrefix: s3.blobsPrefix ?? '',
    CacheMountPrefixes: orNull(s3.cacheMountPrefixes ?? []),
  };
  return JSON.stringify({
    S3: S3 ?? null,
    ImportPeriod: Math.round(importPeriodMs * NS_PER_MS),
    ExportPeriod: Math.round(exportPeriodMs * NS_PER_MS),
    ExportTimeout: Math.round(exportTimeoutMs * NS_PER_MS),
  });
}

/** Writes the answer of `POST /records`. */
export function writeAsked({ exportRecords }: UpdateCacheRecordsResponse): string {
  const records = exportRecords.map(({ digest: Digest, cacheRefID: CacheRefID }) => ({ Digest, CacheRefID }));
  return JSON.stringify({ ExportRecords: orNull(records) });
}

/** Go writes a slice that was never filled as `null`. */
function orNull<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}

function checked<T>(schema: z.ZodType<T>, body: string): T {
  const answer = schema.safeParse(lowered(parsed(body)));
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  throw new CacheError('INVALID_INPUT', `The request is not what it should be: ${issue?.message ?? ''}.`, {
    subject: ['request', ...(issue?.path ?? [])].join('.'),
    hint: 'Nothing was stored. Check that client and service are of the same version.',
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new CacheError('INVALID_INPUT', 'The body of the request is not JSON.', {
      subject: 'request',
      hint: 'Nothing was stored. Check what sent it.',
    });
  }
}

/** Names of fields in lower case, all the way down but for annotations. */
function lowered(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    throw new CacheError('INVALID_INPUT', `The request is nested more than ${MAX_DEPTH} deep.`, { subject: 'request' });
  }
  if (Array.isArray(value)) return value.map((item) => lowered(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const low = name.toLowerCase();
      return [low, low === 'annotations' ? field : lowered(field, depth + 1)];
    }),
  );
}
