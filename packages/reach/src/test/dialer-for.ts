/** Dialers for tests: whatever is not given knows nothing. */
import { Dialer, type DialerOptions } from '../carriers/by-name/dialer.ts';
import { KnownAddresses } from '../carriers/by-name/known-addresses.ts';
import { systemClock } from '../clock.ts';

export function dialerFor(options: Partial<DialerOptions> = {}): Dialer {
  const nothing = { load: () => Promise.resolve(undefined), save: () => undefined };
  const known = new KnownAddresses(nothing, systemClock);
  const ask = () => Promise.reject(new Error('no nameserver'));
  return new Dialer({ known, ask, clock: systemClock, ...options });
}
