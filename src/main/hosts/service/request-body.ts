import type { IncomingMessage } from 'node:http';
import { CacheError } from '../../../shared/base/errors.ts';

/** Limits of a body. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Longest silence. */
  readonly idleMs: number;
}

/** A body that is refused for how it comes, with the status that says so. */
export class BodyRefused extends CacheError {
  readonly status: 408 | 413;
  constructor(status: 408 | 413, message: string, hint: string) {
    super('INVALID_INPUT', message, { subject: 'request', hint });
    this.status = status;
  }
}

/** Gives the bytes of a request as they come. @throws `BodyRefused` for one that is too large, or silent for too long */
export async function* bodyOf(request: IncomingMessage, { maxBytes, idleMs }: BodyLimits): AsyncGenerator<Uint8Array> {
  const tooLarge = () =>
    new BodyRefused(413, `The request is larger than ${maxBytes} bytes.`, 'Nothing was stored. Send less at once.');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const chunks = request[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () =>
            reject(new BodyRefused(408, `Nothing came for ${idleMs / 1000} s.`, 'Nothing was stored. Send it again.')),
          idleMs,
        );
      });
      const next = await Promise.race([chunks.next(), silence]);
      clearTimeout(timer);
      if (next.done) return;
      bytes += next.value.length;
      if (bytes > maxBytes) throw tooLarge();
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a whole body as text. @throws `BodyRefused` */
export async function textOf(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyOf(request, limits)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
