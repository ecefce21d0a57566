import type { Clock } from '../../engine/ports/clock.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

/** A session ends after this long without a request or a message from the window. */
export const SESSION_IDLE_MS = 12 * 3_600_000;

/** A browser that is signed in. */
export interface Session {
  /** Something was asked for: the session lives on. */
  touch(): void;
  /** False once it has been idle for too long. */
  isAlive(): boolean;
}

/** Sessions of this run; they end with it. */
export interface Sessions {
  /** Starts a session; the `Set-Cookie` value that carries it. */
  start(): string;
  /** The session of a `Cookie` header, touched; undefined for none, a wrong one, or one that has been idle for too long. */
  find(cookieHeader: string | undefined): Session | undefined;
}

/** Cookies are shared by all ports of a host, so the name holds ours. */
export function cookieName(port: number): string {
  return `cachewright-${port}`;
}

export function createSessions(port: number, clock: Clock, idleMs = SESSION_IDLE_MS): Sessions {
  const name = cookieName(port);
  let sessions: { readonly hash: Buffer; readonly session: Session }[] = [];

  const createSession = (): Session => {
    let seenAt = clock.now();
    return {
      touch: () => {
        seenAt = clock.now();
      },
      isAlive: () => clock.now() - seenAt < idleMs,
    };
  };

  return {
    start() {
      const token = newSecret();
      sessions.push({ hash: hashOf(token), session: createSession() });
      return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`;
    },
    find(cookieHeader) {
      sessions = sessions.filter((kept) => kept.session.isAlive());
      const tokens = cookieValues(cookieHeader ?? '', name);
      const found = sessions.filter((kept) => tokens.some((token) => isSecret(token, kept.hash)))[0];
      found?.session.touch();
      return found?.session;
    },
  };
}

/** Every value under this name: another port's program may have set one of the same name with another path. */
function cookieValues(header: string, name: string): string[] {
  return header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .slice(0, 4)
    .map((part) => part.slice(name.length + 1));
}
