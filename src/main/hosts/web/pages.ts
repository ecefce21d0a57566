import type { IncomingMessage } from 'node:http';
import { pathOf } from '../safe-path.ts';
import type { Site, SiteAnswer } from '../site.ts';
import type { LoginCodes } from './login-codes.ts';
import { messagePage } from './message-page.ts';
import { safeNext } from './request-guard.ts';
import type { Sessions } from './sessions.ts';

const NEW_LINK = 'Press Enter in the terminal where Cachewright runs to get a new link, or start it again.';

/** Answers a request that the guard let through: the login, or the window's files for who is signed in. */
export function answerPage(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  site: Site,
  codes: LoginCodes,
  sessions: Sessions,
): SiteAnswer {
  const target = request.url ?? '/';
  const path = pathOf(target);
  if (path === '/login') return login(request, new URLSearchParams(target.slice(path.length)), codes, sessions);
  if (sessions.find(request.headers.cookie) === undefined) {
    return messagePage(401, 'This browser is not signed in', `Open the link that Cachewright printed. ${NEW_LINK}`);
  }
  return site.answer(path);
}

function login(
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  query: URLSearchParams,
  codes: LoginCodes,
  sessions: Sessions,
): SiteAnswer {
  const next = safeNext(query.get('next'));
  // A browser that looks ahead, or asks for the head only, must not use the link up.
  if (request.method !== 'GET' || String(request.headers['sec-purpose'] ?? '').includes('prefetch')) {
    return messagePage(405, 'Open the link itself', 'This link works once, so it is not answered in advance.');
  }
  switch (codes.redeem(query.get('code') ?? '')) {
    case 'ok':
      return redirect(next, sessions.start());
    case 'too-many':
      return withHeader(
        messagePage(429, 'Too many tries', 'Wait a minute and open the link again.'),
        'retry-after',
        '60',
      );
    default:
      // Back or reload on the link by somebody who is signed in already.
      if (sessions.find(request.headers.cookie) !== undefined) return redirect(next);
      return messagePage(
        401,
        'This link cannot be used any more',
        `It worked once already, or is too old. ${NEW_LINK}`,
      );
  }
}

/** Takes the code out of the address and out of the history. */
function redirect(to: string, cookie?: string): SiteAnswer {
  const page = withHeader(messagePage(303, 'Signed in', 'The window opens.'), 'location', to);
  return cookie === undefined ? page : withHeader(page, 'set-cookie', cookie);
}

function withHeader(answer: SiteAnswer, name: string, value: string): SiteAnswer {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}
