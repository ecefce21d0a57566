/**
 * The content security policy of the window, the same in a browser and on the desktop. No inline script at all; an inline
 * style element only with the nonce of its page (the component library writes two of them).
 */
export function contentSecurityPolicy(nonce?: string): string {
  const directives = [
    `default-src 'none'`,
    `script-src 'self'`,
    nonce === undefined ? `style-src 'self'` : `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
  ];
  return directives.join('; ');
}

/** Headers that every answer carries, whatever its status. There is no CORS header among them, and never may be. */
export function securityHeaders(nonce?: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy(nonce),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=(), serial=(), payment=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
