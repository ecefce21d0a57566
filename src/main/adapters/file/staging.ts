import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toCacheError } from '../../../shared/base/errors.ts';
import type { Staging } from '../../engine/ports/staging.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Room in a folder that is made when it is first needed. What a crash leaves behind is for whoever owns the folder to
 * delete. @param folder where; asked once
 */
export function createStaging(folder: () => Promise<string>): Staging {
  let made: Promise<string> | undefined;
  const place = (): Promise<string> => {
    made ??= folder().then(async (path) => {
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    });
    return made;
  };
  return {
    async create() {
      const path = join(await place(), randomUUID());
      const file = await open(path, 'wx+', 0o600).catch((error: unknown) => {
        throw toCacheError(error, path);
      });
      return {
        path,
        async write(chunk) {
          await file.appendFile(chunk).catch((error: unknown) => {
            throw toCacheError(error, path);
          });
        },
        async open() {
          const { size } = await file.stat();
          const readAt = async (buffer: Uint8Array, offset: number): Promise<number> =>
            (await file.read(buffer, 0, buffer.length, offset)).bytesRead;
          return {
            size,
            read: readAt,
            async *stream({ start = 0 } = {}) {
              for (let offset = start; offset < size; ) {
                const buffer = new Uint8Array(Math.min(CHUNK_BYTES, size - offset));
                const bytes = await readAt(buffer, offset);
                if (bytes === 0) return;
                offset += bytes;
                yield buffer.subarray(0, bytes);
              }
            },
            [Symbol.asyncDispose]: async () => {},
          };
        },
        async [Symbol.asyncDispose]() {
          await file.close();
          await rm(path, { force: true });
        },
      };
    },
  };
}
