import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { localServiceSchema } from '../model/local-service.ts';
import { mutate, read } from './procedure.ts';

/** How a service of this machine is started. */
export const startLocalServiceSchema = z.object({
  /** Where it keeps layers: the path of a folder, which is made, or `s3://BUCKET/PREFIX`; by default a folder of the program's own. */
  store: z.string().min(1).optional(),
  /** A free one where none is given. */
  port: z.number().int().min(0).max(65_535).optional(),
  /** Where the merged cache is written: a folder, `s3://…` or `docker://…`. */
  publish: z.array(z.string().min(1)).max(16).default([]),
});
export type StartLocalService = z.infer<typeof startLocalServiceSchema>;

/** A cache service that this program runs itself, on loopback and without a token, to try one. It ends with the program. */
export const localService = {
  /** As it is, at once and then whenever it changes. */
  watch: read.output(eventIterator(localServiceSchema)),
  /** Answers when it listens. `CONFLICT` while one runs, or where the port is taken. */
  start: mutate.input(startLocalServiceSchema).output(z.object({ url: z.string(), location: z.string() })),
  /** Answers when what runs there is finished. Nothing happens where none runs. */
  stop: mutate.output(z.object({})),
};
