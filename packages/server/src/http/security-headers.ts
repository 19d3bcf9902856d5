/** Headers of every answer of the site: nothing runs, connects or embeds that the page does not need. */
import { createHash } from 'node:crypto';

const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  // Servers are reached by address as well as by name, and over plain http on one's own machine.
  'connect-src': "'self' ws: wss: http: https:",
  'img-src': "'self' blob: data:",
  'media-src': 'blob:',
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** @param scripts hashes of those that stand in a page itself, as CSP 3 writes them */
function policyWith(scripts: readonly string[]): string {
  return Object.entries(policy)
    .map(([directive, sources]) =>
      directive === 'script-src'
        ? [directive, sources, ...scripts].join(' ')
        : `${directive} ${sources}`,
    )
    .join('; ');
}

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': policyWith([]),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Of the service worker's script, which runs beside the page: it has to come by the few packets that some lines let through. */
export const SERVICE_WORKER_HEADERS: Readonly<Record<string, string>> = {
  // Pictures are those of its notifications.
  'content-security-policy': "default-src 'none'; connect-src http: https:; img-src 'self'",
  // Bridges, which it brings the page from, write into their logs where a browser says that it comes from.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The same for a page, whose own scripts, those that are in it, may run. */
export function securityHeadersFor(html: string): Readonly<Record<string, string>> {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return { ...SECURITY_HEADERS, 'content-security-policy': policyWith(scripts) };
}
