import type { EventEmitter } from 'node:events';

/** A failure to load, as the events of a window's contents tell it. */
export interface LoadFailure {
  readonly errorCode: number;
  readonly errorDescription: string;
  readonly url: string;
}

/** Numbers of Chromium's net_error_list.h, for what a program of this kind meets. */
const CODES: Readonly<Record<string, number>> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_INVALID_URL: -300,
  ERR_UNKNOWN_URL_SCHEME: -301,
  ERR_HTTP_RESPONSE_CODE_FAILURE: -379,
};

/** A failure by the text that Chromium gives it (`net::ERR_…`). */
export function loadFailure(text: string, url: string): LoadFailure {
  const errorDescription = text.replace(/^net::/, '');
  return { errorCode: CODES[errorDescription] ?? -2, errorDescription, url };
}

/**
 * Resolves when the next load has ended; rejects where it fails, or where another navigation takes its place.
 * Source: electronjs.org/docs/latest/api/web-contents#contentsloadurlurl-options; `_awaitNextLoad` in
 * electron/lib/browser/api/web-contents.ts.
 */
export function awaitNextLoad(contents: EventEmitter, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: LoadFailure | undefined;
    let hasStarted = false;
    const listeners = {
      'did-finish-load': () => finish(),
      'did-fail-load': (_event: unknown, errorCode: number, errorDescription: string, url: string) => {
        failure ??= { errorCode, errorDescription, url };
        if (!hasStarted) finish();
      },
      'did-navigate-in-page': () => finish(),
      'did-start-navigation': (_event: unknown, url: string) => {
        if (hasStarted) fail({ errorCode: -3, errorDescription: 'ERR_ABORTED', url });
        hasStarted = true;
      },
      'did-stop-loading': () => {
        failure ??= { errorCode: -2, errorDescription: 'ERR_FAILED', url: address };
        finish();
      },
      destroyed: () => fail({ errorCode: -2, errorDescription: 'ERR_FAILED', url: address }),
    };
    const stop = (): void => {
      for (const [name, listener] of Object.entries(listeners)) contents.off(name, listener);
    };
    const fail = ({ errorCode, errorDescription, url }: LoadFailure): void => {
      stop();
      const error = new Error(`${errorDescription} (${errorCode}) loading '${url}'`);
      reject(Object.assign(error, { errno: errorCode, code: errorDescription, url }));
    };
    const finish = (): void => {
      stop();
      if (failure) fail(failure);
      else resolve();
    };
    for (const [name, listener] of Object.entries(listeners)) contents.on(name, listener);
  });
}
