import { fork } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCodec } from './page/codec.ts';
import { createPortCarrier, type PortFrame } from './page/port-carrier.ts';
import { createSchemeOrigins } from './scheme-origin.ts';
import { type SecondInstance, takeLock } from './single-instance.ts';

const codec = createCodec();
const across = (value: unknown): unknown => codec.decode(JSON.parse(JSON.stringify(codec.encode(value))));

describe('the codec of values', () => {
  it('copies as the structured clone algorithm does', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(across(value)).toEqual(structuredClone(value));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what is the same object the same, in circles too', () => {
    const one: { self?: object; list: object[] } = { list: [] };
    one.self = one;
    one.list.push(one.list);
    const copy = across(one) as typeof one;
    expect(copy.self).toBe(copy);
    expect(copy.list[0]).toBe(copy.list);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a promise', Promise.resolve()],
    ['a file', new File([], 'x')],
  ])('refuses %s', (_name, value) => {
    expect(() => codec.encode({ value })).toThrow('An object could not be cloned.');
  });
});

describe('the carrier of ports', () => {
  /** Two ends, with frames cloned as a pipe would. */
  function ends() {
    const queue = (to: () => { receive(frame: PortFrame): void }) => (frame: PortFrame) => {
      const copy = structuredClone(frame);
      queueMicrotask(() => to().receive(copy));
    };
    const one = createPortCarrier(
      queue(() => two),
      1,
    );
    const two: typeof one = createPortCarrier(
      queue(() => one),
      2,
    );
    return { one, two };
  }
  const heard = (port: MessagePort): unknown[] => {
    const all: unknown[] = [];
    port.onmessage = ({ data }) => all.push(data);
    port.addEventListener('close', () => all.push('closed'));
    return all;
  };

  it('carries messages both ways, ports in messages, and the end of a port', async () => {
    const { one, two } = ends();
    const { port1, port2 } = new MessageChannel();
    const far = two.adopt(one.hand(port2));
    const inner = new MessageChannel();
    const innerHeard = heard(inner.port1);
    far.onmessage = ({ data, ports: [port] }) => {
      port?.postMessage(`answer to ${data}`);
    };
    port1.postMessage('question', [inner.port2]);
    await vi.waitFor(() => expect(innerHeard).toEqual(['answer to question']));
    const outerHeard = heard(port1);
    far.close();
    await vi.waitFor(() => expect(outerHeard).toEqual(['closed']));
    // As when the process behind the other end dies.
    one.close();
    await vi.waitFor(() => expect(innerHeard).toEqual(['answer to question', 'closed']));
  });
});

it('maps a scheme to an origin and back, and leaves every other address alone', () => {
  const origins = createSchemeOrigins();
  origins.add('app');
  const address = 'app://cachewright/sources/a?filter=x%20y#z';
  const shown = origins.toChromium(address);
  expect(new URL(shown).origin).toBe('https://cachewright.app.electron-shim.invalid');
  expect(origins.fromChromium(shown)).toBe(address);
  for (const other of [
    'https://app.electron-shim.invalid.evil/',
    'https://x.example/',
    'other://a/',
    'about:blank',
    '',
  ]) {
    expect([origins.toChromium(other), origins.fromChromium(other)]).toEqual([other, other]);
  }
});

describe('the single-instance lock', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachewright-lock-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is held by one process, which hears what a second one was asked, until it releases it', async () => {
    const seconds: SecondInstance[] = [];
    const lock = takeLock(folder, { argv: ['first'], folder: '/' }, (second) => seconds.push(second));
    expect(lock).toBeDefined();
    const script = `const { takeLock } = await import(process.argv[2]);
      process.exit(takeLock(process.argv[3], { argv: ['second', 'x'], folder: '/there' }, () => 0) ? 1 : 0);`;
    const other = fork('-', [new URL('./single-instance.ts', import.meta.url).href, folder], {
      execArgv: ['--input-type=module', '-e', script, '--'],
    });
    expect(await new Promise((resolve) => other.once('exit', resolve))).toBe(0);
    expect(seconds).toEqual([{ argv: ['second', 'x'], folder: '/there' }]);
    lock?.release();
    takeLock(folder, { argv: [], folder: '/' }, () => undefined)?.release();
  });

  it('is taken from a process that is gone', async () => {
    await symlink('2147483646', join(folder, 'SingletonLock-shim'));
    const lock = takeLock(folder, { argv: [], folder: '/' }, () => undefined);
    expect(lock).toBeDefined();
    lock?.release();
  });
});
