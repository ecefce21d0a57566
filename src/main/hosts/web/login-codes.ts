import type { Clock } from '../../engine/ports/clock.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

/** A printed link can be used once and for this long. */
export const CODE_LIFETIME_MS = 10 * 60_000;

/** How often a wrong code may be tried in `TRY_WINDOW_MS` before every try is turned away for a while. */
const MAX_TRIES = 10;
const TRY_WINDOW_MS = 60_000;

export type Redemption = 'ok' | 'refused' | 'too-many';

/** One-time codes, each exchanged for a session at most once. */
export interface LoginCodes {
  issue(): string;
  /** Uses the code up. Wrong codes are counted; a code that is not even shaped like one counts too. */
  redeem(code: string): Redemption;
}

export function createLoginCodes(clock: Clock): LoginCodes {
  let codes: { readonly hash: Buffer; readonly until: number }[] = [];
  let failedAt: number[] = [];
  return {
    issue() {
      const code = newSecret();
      codes.push({ hash: hashOf(code), until: clock.now() + CODE_LIFETIME_MS });
      return code;
    },
    redeem(code) {
      const now = clock.now();
      codes = codes.filter((kept) => kept.until > now);
      failedAt = failedAt.filter((at) => at > now - TRY_WINDOW_MS);
      if (failedAt.length >= MAX_TRIES) return 'too-many';
      // Every kept code is compared, so that the time does not tell which one was near.
      const matches = codes.map((kept) => isSecret(code, kept.hash));
      const found = matches.indexOf(true);
      if (found === -1) {
        failedAt.push(now);
        return 'refused';
      }
      codes.splice(found, 1);
      return 'ok';
    },
  };
}
