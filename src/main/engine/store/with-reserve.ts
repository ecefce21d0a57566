import { toCacheError } from '../../../shared/base/errors.ts';
import type { StoreFiles } from '../ports/store-files.ts';

/** Gives up the reserve of a store where a failure was that of a full disk. @returns whether there is more room now */
export async function madeRoom(files: StoreFiles, error: unknown): Promise<boolean> {
  return toCacheError(error).code === 'NO_SPACE' && files.giveUpReserve();
}

/** Does work that can be repeated, once more with the space of the reserve where the disk was full. */
export async function withReserve<T>(files: StoreFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (await madeRoom(files, error)) return work();
    throw error;
  }
}
