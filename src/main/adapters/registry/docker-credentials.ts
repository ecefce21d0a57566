import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { systemClock } from '../../engine/ports/clock.ts';

/** What a registry is told of who asks: a name and password, or a token that stands for both. Never logged. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** Gives the credentials for a registry host, or none. */
export type CredentialSource = (host: string) => Promise<Credentials | undefined>;

/** The parts of Docker's `config.json` that say who somebody is. Unknown parts are ignored. */
const configSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }).loose())
    .optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});

/** A helper's name becomes part of a command: letters, digits, dash, dot, underscore and nothing else. */
const HELPER_NAME = /^[\w.-]+$/;
const HELPER_TIMEOUT_MS = 30_000;

/**
 * Credentials from where Docker keeps them: `$DOCKER_CONFIG` or `~/.docker/config.json`, its credential helpers first, then
 * what is written there in base64. No file: nobody is known. Must agree with Docker's own client in the keys it looks
 * under (`https://index.docker.io/v1/` for Docker Hub).
 */
export function createDockerCredentialSource(
  folder = process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'),
  helperTimeoutMs = HELPER_TIMEOUT_MS,
): CredentialSource {
  return async (host) => {
    const config = await readConfig(join(folder, 'config.json'));
    const names = namesOf(host);
    const helper =
      names.map((name) => config.credHelpers?.[name]).find((name) => name !== undefined) ?? config.credsStore;
    if (helper !== undefined) {
      for (const name of names) {
        const found = await askHelper(helper, name, helperTimeoutMs);
        if (found) return found;
      }
    }
    for (const name of names) {
      const entry = config.auths?.[name];
      if (entry?.identitytoken) return { identityToken: entry.identitytoken };
      const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(entry?.auth ?? '', 'base64').toString()) ?? [];
      if (username !== undefined && password !== undefined) return { username, password };
    }
    return undefined;
  };
}

/** The names a host may stand under. */
function namesOf(host: string): string[] {
  const plain = [host, `https://${host}`, `http://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
  return host === 'docker.io' || host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', ...plain] : plain;
}

async function readConfig(path: string): Promise<z.infer<typeof configSchema>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new CacheError('ACCESS_DENIED', 'The Docker configuration cannot be read.', {
      subject: path,
      hint: 'Check who may read it.',
      cause: error,
    });
  }
  try {
    return configSchema.parse(JSON.parse(text));
  } catch {
    // Without the cause: it quotes what was read, and with it passwords.
    throw new CacheError('CORRUPT', 'The Docker configuration is not what Docker writes.', {
      subject: path,
      hint: 'Mend or remove it; "docker login" writes a new one.',
    });
  }
}

/** Runs `docker-credential-NAME get` as Docker does: the server on standard input, a JSON answer on standard output. */
async function askHelper(name: string, server: string, timeoutMs: number): Promise<Credentials | undefined> {
  if (!HELPER_NAME.test(name)) {
    throw new CacheError('INVALID_INPUT', 'The name of a credential helper is not one.', { subject: name });
  }
  const program = `docker-credential-${name}`;
  const answer = await runHelper(program, server, timeoutMs);
  // "credentials not found" is exit 1: nobody is known, which many registries are content with.
  if (answer.status !== 0) return undefined;
  try {
    const { Username, Secret } = z.object({ Username: z.string(), Secret: z.string() }).parse(JSON.parse(answer.text));
    return Username === '<token>' ? { identityToken: Secret } : { username: Username, password: Secret };
  } catch {
    // Without the cause: it quotes the answer.
    throw new CacheError('CORRUPT', 'A credential helper gave no answer that can be understood.', {
      subject: program,
      hint: `Try it by hand: echo ${server} | ${program} get.`,
    });
  }
}

/** @throws `UNAVAILABLE` when it cannot be started or does not end in time */
function runHelper(
  program: string,
  server: string,
  timeoutMs: number,
): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new AbortController();
    const refuse = (message: string, hint: string, cause?: unknown): void => {
      ended.abort();
      reject(new CacheError('UNAVAILABLE', message, { subject: program, hint, cause }));
    };
    systemClock.wait(timeoutMs, ended.signal).then(() => {
      if (ended.signal.aborted) return;
      child.kill('SIGKILL');
      // What the helper started may hold the pipe open for as long as it likes: nobody waits for that.
      child.stdout.destroy();
      const hint = 'It may wait for an answer in a window of its own: unlock it, or sign in without it.';
      refuse(`The credential helper ${program} does not answer.`, hint);
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('error', (cause) =>
      refuse(
        `The credential helper ${program} could not be run.`,
        'Install it, or take it out of the Docker configuration.',
        cause,
      ),
    );
    child.once('close', (status) => {
      ended.abort();
      resolve({ status, text });
    });
    // A helper that ends before it has read its question is no failure of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(server);
  });
}
