import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { Staging } from '../../engine/ports/staging.ts';
import { createPositionalReader } from '../../engine/streams/positional-reader.ts';

/**
 * Room in a folder that is made when it is first needed. What a crash leaves behind is for whoever owns the folder to
 * delete. @param folder where; asked once
 */
export function createStaging(folder: () => Promise<string>): Staging {
  let made: Promise<string> | undefined;
  const makeFolder = async (): Promise<string> => {
    const path = await folder();
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const place = (): Promise<string> => {
    made ??= makeFolder().catch((error: unknown) => {
      // The next one may have more luck: a full disk does not stay full.
      made = undefined;
      throw toCacheError(error);
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
          const reader = createPositionalReader(file, { offset: 0, size }, () => cutShort(path));
          // The file stays open for as long as it is staged.
          return { ...reader, [Symbol.asyncDispose]: async () => {} };
        },
        async [Symbol.asyncDispose]() {
          await file.close();
          await rm(path, { force: true });
        },
      };
    },
  };
}

function cutShort(path: string): CacheError {
  return new CacheError('UNAVAILABLE', 'A staged file became shorter.', {
    subject: path,
    hint: 'Another program changes it. Run this again.',
  });
}
