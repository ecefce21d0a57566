import { join } from 'node:path';

/**
 * Returns `PATH` with the folders where Docker Desktop, Rancher Desktop, OrbStack, Homebrew and MacPorts put credential
 * helpers. A program that macOS starts from the Finder has the system's four folders alone, and would find no helper. What
 * stands in `PATH` goes first; on other systems it stays as it is.
 * @param home the person's folder
 */
export function pathWithHelpers(path: string, platform: string, home: string): string {
  if (platform !== 'darwin') return path;
  const own = ['.docker/bin', '.rd/bin', '.orbstack/bin'].map((folder) => join(home, folder));
  const known = path.split(':').filter((folder) => folder !== '');
  return [...new Set([...known, ...SHARED, ...own])].join(':');
}

const SHARED = [
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/opt/local/bin',
  '/Applications/Docker.app/Contents/Resources/bin',
] as const;
