import type { Electron } from '../../electron-api.ts';
import type { DevToolsSession } from './devtools.ts';
import { origins, schemeHandler } from './schemes.ts';
import { askBeforeRequest } from './session.ts';

/** What the program says of a page's navigation before it is requested: false stops it. */
export type AskNavigation = (address: string, frameId: string) => boolean;

/** A request that Chromium holds back until it is told what to do. */
interface HeldRequest {
  readonly requestId: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly postData?: string;
  };
  readonly frameId: string;
  readonly resourceType: string;
}

/** Resource types by Electron's names: electronjs.org/docs/latest/api/web-request. */
const TYPES: Readonly<Record<string, Electron.OnBeforeRequestListenerDetails['resourceType']>> = {
  Document: 'mainFrame',
  Stylesheet: 'stylesheet',
  Script: 'script',
  Image: 'image',
  Font: 'font',
  XHR: 'xhr',
  Fetch: 'xhr',
  Media: 'media',
  WebSocket: 'webSocket',
};

/** Answers every request of a page: from the program's own schemes, or as the program lets it go outside. */
export async function holdRequests(session: DevToolsSession, askNavigation: AskNavigation): Promise<void> {
  session.on('Fetch.requestPaused', (held) => {
    // A page that is gone meanwhile needs no answer.
    decide(session, held, askNavigation).catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
}

async function decide(session: DevToolsSession, held: HeldRequest, askNavigation: AskNavigation): Promise<void> {
  const { requestId, request, frameId, resourceType } = held;
  const address = origins.fromChromium(request.url);
  const stop = (errorReason: 'Aborted' | 'BlockedByClient' | 'Failed') =>
    session.send('Fetch.failRequest', { requestId, errorReason });
  if (resourceType === 'Document' && !askNavigation(address, frameId)) return void (await stop('Aborted'));
  const { cancel, redirectURL } = await askBeforeRequest({
    id: Number(requestId.replace(/\D/g, '')),
    url: address,
    method: request.method,
    resourceType: TYPES[resourceType] ?? 'other',
    referrer: origins.fromChromium(request.headers.Referer ?? ''),
    timestamp: Date.now(),
    uploadData: [],
  });
  if (cancel) await stop('BlockedByClient');
  else if (redirectURL !== undefined) await redirect(session, requestId, redirectURL);
  else if (address === request.url) await session.send('Fetch.continueRequest', { requestId });
  else {
    const handler = schemeHandler(address);
    if (!handler) return void (await stop('Failed'));
    const { method, headers, postData } = request;
    const asked = new Request(address, { method, headers, ...(postData === undefined ? {} : { body: postData }) });
    const response = await (async () => handler(asked))().catch(() => undefined);
    if (response) await fulfil(session, requestId, response);
    else await stop('Failed');
  }
}

async function redirect(session: DevToolsSession, requestId: string, address: string): Promise<void> {
  const responseHeaders = [{ name: 'location', value: origins.toChromium(address) }];
  await session.send('Fetch.fulfillRequest', { requestId, responseCode: 307, responseHeaders });
}

async function fulfil(session: DevToolsSession, requestId: string, response: Response): Promise<void> {
  await session.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  });
}
