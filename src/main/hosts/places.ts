import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's own folder, or the program's where it is packaged: the nearest one above that has a `package.json`. */
export const PROJECT_FOLDER = folderWithManifest(import.meta.dirname);

function folderWithManifest(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : folderWithManifest(above);
}

/** Where `npm run build` puts what it makes, relative to the project's folder. */
export const BUILT = {
  renderer: 'dist/renderer',
  rendererPage: 'dist/renderer/index.html',
  electronMain: 'dist/electron/main.js',
} as const;
