import { z } from 'zod';
import { transferOptionsSchema, transferPreviewSchema } from '../model/transfer.ts';
import { jobRefSchema, mutate, read, sourceRefSchema } from './procedure.ts';

/** `to`: a managed store (import) or a folder for an OCI layout (export), absolute or relative to the engine's folder. */
const input = sourceRefSchema.extend({
  /** More sources, whose caches are joined with those of the first into one. */
  joined: z.array(z.string().min(1)).max(100).default([]),
  to: z.string().min(1),
  options: transferOptionsSchema.default({ mode: 'max' }),
});

/**
 * Copies between sources, blob by blob, only what is missing. Nothing that refers to a blob is written before the
 * blob is durable; the reference changes last. The job's result is a `TransferReport`.
 */
export const transfer = {
  preview: read.input(input).output(transferPreviewSchema),
  import: mutate.input(input).output(jobRefSchema),
  export: mutate.input(input).output(jobRefSchema),
};
