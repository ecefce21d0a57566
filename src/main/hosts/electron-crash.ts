import { readFile } from 'node:fs/promises';

/** Settings of Linux that can forbid user namespaces, and the value with which they do. */
const FORBIDDING = [
  // Ubuntu 23.10 and later: only programs that AppArmor knows get one.
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
  // Debian until 10.
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
] as const;

/**
 * Returns, in sentences for a person, why Electron crashed before it showed a window, as far as this system tells, and what
 * helps. Chromium's sandbox needs user namespaces, or a helper that root owns.
 * Source: chromium.googlesource.com/chromium/src/+/main/docs/security/apparmor-userns-restrictions.md
 * `settings`: the folder of the kernel's settings; another one in tests only.
 */
export async function whyElectronCrashed(signal: string, settings = '/proc/sys'): Promise<string> {
  for (const [name, value] of FORBIDDING) {
    const found = await readFile(`${settings}/${name.replaceAll('.', '/')}`, 'utf8').catch(() => undefined);
    if (found?.trim() !== value) continue;
    return (
      `Electron cannot start: this system forbids the user namespaces of its sandbox (${name} = ${value}). ` +
      'To allow its own helper: sudo chown root node_modules/electron/dist/chrome-sandbox && ' +
      'sudo chmod 4755 node_modules/electron/dist/chrome-sandbox'
    );
  }
  return `Electron ended at once with ${signal}; what it printed above says more.`;
}
