import { useEffect, useRef, useState } from 'react';
import type { S3Check } from '../../../shared/model/s3-check.ts';
import { useEngine } from '../../client/engine-context.tsx';

/** A test of a connection, as far as it is. Another one, or going away, ends it. */
export function useS3Check() {
  const engine = useEngine();
  const [check, setCheck] = useState<S3Check>();
  const [error, setError] = useState<unknown>();
  const [isRunning, setRunning] = useState(false);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const reset = (): void => {
    running.current?.abort();
    running.current = undefined;
    setCheck(undefined);
    setError(undefined);
    setRunning(false);
  };
  const run = async (location: string, mayWrite: boolean): Promise<void> => {
    reset();
    const mine = new AbortController();
    running.current = mine;
    setRunning(true);
    try {
      const steps = await engine.sources.checkS3({ location, mayWrite }, { signal: mine.signal });
      for await (const next of steps) if (!mine.signal.aborted) setCheck(next);
    } catch (thrown) {
      if (!mine.signal.aborted) setError(thrown);
    } finally {
      if (!mine.signal.aborted) setRunning(false);
    }
  };
  return { check, error, isRunning, run, reset };
}
