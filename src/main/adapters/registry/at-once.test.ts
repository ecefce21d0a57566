import { expect, test } from 'vitest';
import { createSlots } from '../../engine/streams/slots.ts';
import type { RegistryClient } from './client.ts';
import { createRepository } from './repository.ts';

/** Everything that needs no more than promises has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

test('blobs of all repositories of a host are read and sent a few at a time', async () => {
  const asked: string[] = [];
  const answers: ((response: Response) => void)[] = [];
  const client: RegistryClient = {
    host: 'HOST',
    downloads: createSlots(2),
    uploads: createSlots(3),
    resolve: (location) => location,
    send: ({ method, target }) => {
      asked.push(`${method} ${target.replace(/blobs\/sha256:0*(?=.)/, '')}`);
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  const [app, web] = [createRepository(client, 'app'), createRepository(client, 'web')];
  const reads = [app, web, app].map((repository, n) => repository.blob(digest(n))[Symbol.asyncIterator]());
  const chunks = reads.map((read) => read.next());
  await settled();
  expect(asked).toEqual(['GET app/0', 'GET web/1']);

  const uploads = [0, 1, 2, 3].map((n) => web.upload({ mediaType: '', digest: digest(n), size: 1 }, () => nothing()));
  await settled();
  expect(asked.slice(2)).toEqual(['HEAD web/0', 'HEAD web/1', 'HEAD web/2']);

  // One that is left in the middle, and one that is there already, let the next one in.
  for (const answer of answers) answer(new Response('bytes'));
  await chunks[0];
  await reads[0]?.return?.();
  expect(await uploads[0]).toBe('there');
  await settled();
  expect(asked.slice(5)).toEqual(expect.arrayContaining(['GET app/2', 'HEAD web/3']));
  for (const answer of answers) answer(new Response('bytes'));
  await Promise.all([...chunks, ...uploads]);
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
