/**
 * How many threads wait for the disk (`UV_THREADPOOL_SIZE`; 4 where nobody says). What many small blobs cost to be made durable is
 * the commits of the file system's journal, and one commit serves all who wait for it: with 32, an import of small blobs
 * takes a fifth of the commits. `bin/cachewright.js`, which loads nothing, has the same number.
 */
export const DISK_THREADS = '32';
