import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stands before the fuses in Electron's program (`@electron/fuses`, constants). */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Version 1, eight fuses, as Electron ships them: on, off, on, on, off, off, off, on. */
const FUSES = Buffer.from([1, 8, ...Buffer.from('10110001')]);

/** Lays what the packager looks at in an unpacked Electron for Linux into `folder`: a program with fuses, and licences. */
export async function layElectron(folder: string): Promise<void> {
  await mkdir(join(folder, 'resources'), { recursive: true });
  await writeFile(join(folder, 'electron'), Buffer.concat([Buffer.from(`#!/bin/sh\nexit 0\n${SENTINEL}`), FUSES]));
  await chmod(join(folder, 'electron'), 0o755);
  await writeFile(join(folder, 'LICENSE'), 'of Electron\n');
  await writeFile(join(folder, 'LICENSES.chromium.html'), 'of Chromium\n');
}
