import type { DesktopRequest } from '../../../shared/contract/bridge.ts';

/**
 * Requests to the page, kept until it has taken them. A page that is being loaded, was reloaded or has died hears nothing;
 * the next one says that it listens and is sent them again.
 */
export interface PageRequests {
  add(request: DesktopRequest): void;
  /** Sends again what has not been taken, oldest first. */
  sendAgain(): void;
  /** Forgets the request of this number. */
  taken(number: number): void;
}

/** Keeps requests and gives each a number, from 1. `send` may reach nobody. */
export function createPageRequests(send: (number: number, request: DesktopRequest) => void): PageRequests {
  const waiting = new Map<number, DesktopRequest>();
  let last = 0;
  return {
    add(request) {
      last += 1;
      waiting.set(last, request);
      send(last, request);
    },
    sendAgain() {
      for (const [number, request] of waiting) send(number, request);
    },
    taken(number) {
      waiting.delete(number);
    },
  };
}
