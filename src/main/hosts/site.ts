import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { CacheError } from '../../shared/base/errors.ts';
import { securityHeaders } from './security-headers.ts';

/** What the window's files answer to one path. */
export interface SiteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The built window, held in memory: a path is looked up in a map and never becomes a path of the file system. */
export interface Site {
  /** `pathname`: the path of the address as it was sent, percent-encoding kept. */
  answer(pathname: string): SiteAnswer;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

const PAGE = '/index.html';

/**
 * Reads the built window. Every path that is not a file's answers with the page itself, so that deep links and reload
 * work; a path that looks like a file's answers 404.
 * @throws `NOT_FOUND` when the window has not been built
 */
export async function loadSite(folder: string): Promise<Site> {
  const files = new Map<string, Uint8Array>();
  for (const path of await filesBelow(folder)) {
    files.set(`/${relative(folder, path).split(sep).join('/')}`, await readFile(path));
  }
  const page = files.get(PAGE);
  if (page === undefined) throw notBuilt(folder);
  const text = new TextDecoder().decode(page);
  return { answer: (pathname) => answer(files, text, pathname) };
}

/** Not with the `recursive` option of `readdir`: inside a packaged program's archive it is not there. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw notBuilt(folder, cause);
  });
  const below = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
  return (await Promise.all(below)).flat();
}

function notBuilt(folder: string, cause?: unknown): CacheError {
  return new CacheError('NOT_FOUND', 'The window has not been built.', {
    subject: folder,
    hint: 'Run "npm run build", or "npm start", which does it.',
    cause,
  });
}

function answer(files: ReadonlyMap<string, Uint8Array>, page: string, pathname: string): SiteAnswer {
  const file = files.get(pathname);
  const type = CONTENT_TYPES[extname(pathname)];
  if (file !== undefined && pathname !== PAGE) {
    const headers = {
      ...securityHeaders(),
      'content-type': type ?? 'application/octet-stream',
      // Names below assets/ hold a hash of the content.
      'cache-control': pathname.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
    };
    return { status: 200, headers, body: file };
  }
  if (pathname.startsWith('/assets/') || (type !== undefined && pathname !== PAGE)) {
    return {
      status: 404,
      headers: { ...securityHeaders(), 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: Buffer.from('There is no such file.\n'),
    };
  }
  return pageAnswer(page, randomBytes(16).toString('base64'));
}

/** The page with a nonce of its own, in the place where the component library looks for it. */
function pageAnswer(page: string, nonce: string): SiteAnswer {
  const body = page.replace(/<head>/i, (head) => `${head}<meta property="csp-nonce" nonce="${nonce}">`);
  return {
    status: 200,
    headers: {
      ...securityHeaders(nonce),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
    body: Buffer.from(body),
  };
}
