import type { Chromium } from './chromium.ts';

const { promise, resolve } = Promise.withResolvers<Chromium>();

/** Chromium, from the moment at which it runs. */
export const chromium: Promise<Chromium> = promise;
export const setChromium: (started: Chromium) => void = resolve;
