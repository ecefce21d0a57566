// Packages for Linux with the packager itself, over a stand-in for Electron's own files, into a folder. Stops where fpm and
// mksquashfs would be fetched, and prints as JSON what they would have been given. `node package-stand-in.ts OUT ELECTRON`
import { Arch, build, Platform } from 'electron-builder';

/** What the packager hands to the tools that make the files. */
export interface HandedOver {
  /** Arguments for fpm. */
  readonly deb: readonly string[];
  readonly appImage: { readonly desktop: string; readonly desktopFileName: string };
}

const [, , output = '', electronDist = ''] = process.argv;
const seen: { deb?: unknown; appImage?: unknown } = {};
// The packager's own log is no part of the answer.
const answer = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

await build({
  targets: Platform.LINUX.createTarget(['AppImage', 'deb'], Arch.x64),
  // Laid over electron-builder.yml.
  config: { electronDist, directories: { output } },
  publish: 'never',
  effectiveOptionComputed: async (options: unknown) => {
    if (Array.isArray(options)) [seen.deb] = options;
    else seen.appImage = options;
    return true;
  },
});
answer(JSON.stringify(seen));
