import { QueryClient } from '@tanstack/react-query';
import { isPassing } from './errors.ts';

/**
 * The query cache of a window. Nothing in it goes stale by time: an answer belongs to a version of its source, and that
 * version is part of its key.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
        retry: (failures, error) => isPassing(error) && failures < 3,
        retryDelay: (failures) => Math.min(2_000, 250 * 2 ** failures),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
