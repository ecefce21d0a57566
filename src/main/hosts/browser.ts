/** Environment variables, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** True where a browser that is opened would be seen by the person who asked. */
export function canOpenBrowser(environment: Environment, platform: string): boolean {
  if (isSet(environment.CI) || isSet(environment.SSH_CONNECTION) || isSet(environment.SSH_TTY)) return false;
  if (platform !== 'linux') return true;
  return isSet(environment.DISPLAY) || isSet(environment.WAYLAND_DISPLAY) || isSet(environment.WSL_DISTRO_NAME);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** Opens an address in the system's browser. False where none could be started. */
export async function openBrowser(address: string): Promise<boolean> {
  const { default: open } = await import('open');
  try {
    const child = await open(address);
    // Its end is not awaited; a failure to start is no reason to stop: the address has been printed as well.
    child.once('error', () => undefined);
    return true;
  } catch {
    return false;
  }
}
