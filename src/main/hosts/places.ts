import { fileURLToPath } from 'node:url';

/** The project's own folder, seen from a checkout. */
export const PROJECT_FOLDER = fileURLToPath(new URL('../../..', import.meta.url));

/** Where `npm run build` puts what it makes, relative to the project's folder. */
export const BUILT = {
  renderer: 'dist/renderer',
  electronMain: 'dist/electron/main.js',
} as const;
