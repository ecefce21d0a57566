import { expect, it } from 'vitest';
import { canOpenBrowser } from './browser.ts';

it.each([
  ['a desktop with X', 'linux', { DISPLAY: ':0' }, true],
  ['a desktop with Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['Linux inside Windows', 'linux', { WSL_DISTRO_NAME: 'Debian' }, true],
  ['no display', 'linux', {}, false],
  ['an empty display', 'linux', { DISPLAY: '' }, false],
  ['a display, over SSH', 'linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, false],
  ['a display, in CI', 'linux', { DISPLAY: ':99', CI: 'true' }, false],
  ['macOS', 'darwin', {}, true],
  ['macOS over SSH', 'darwin', { SSH_TTY: '/dev/ttys001' }, false],
  ['Windows', 'win32', {}, true],
] as const)('%s', (_name, platform, environment, can) => {
  expect(canOpenBrowser(environment, platform)).toBe(can);
});
