import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

describe('turns', () => {
  it('runs one at a time for a key, in order, and keys do not wait for one another', async () => {
    const turns = createTurns();
    const steps: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = turns.take('a', undefined, async () => {
      steps.push('first starts');
      await gate.promise;
      steps.push('first ends');
    });
    const second = turns.take('a', undefined, async () => {
      steps.push('second');
    });
    await turns.take('b', undefined, async () => {
      steps.push('other key');
    });
    expect(turns.isTaken('a')).toBe(true);
    gate.resolve();
    await Promise.all([first, second]);
    expect(steps).toEqual(['first starts', 'other key', 'first ends', 'second']);
    await Promise.resolve();
    expect(turns.isTaken('a')).toBe(false);
  });

  it('goes on after a turn that failed', async () => {
    const turns = createTurns();
    const failed = turns.take('a', undefined, async () => {
      throw new Error('no');
    });
    const after = turns.take('a', undefined, async () => 'yes');
    await expect(failed).rejects.toThrow('no');
    expect(await after).toBe('yes');
  });

  it('gives up waiting when the signal fires, and the third still waits for the first', async () => {
    const turns = createTurns();
    const gate = Promise.withResolvers<void>();
    const controller = new AbortController();
    let firstIsOver = false;
    const first = turns.take('a', undefined, async () => {
      await gate.promise;
      firstIsOver = true;
    });
    const second = turns.take('a', controller.signal, async () => 'ran');
    const third = turns.take('a', undefined, async () => firstIsOver);
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    gate.resolve();
    await first;
    expect(await third).toBe(true);
  });
});
