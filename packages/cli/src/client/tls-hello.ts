/**
 * What this program's TLS hello offers: the cipher suites of the common browsers, in their order (RFC 8446
 * section 4.1.2), so that it is not told apart by Node's own list. Everything else in it is still Node's.
 */
import tls from 'node:tls';

/** Node's own list, for looking at what is done to those who use it. */
export const NODES_CIPHERS = tls.DEFAULT_CIPHERS;

const COMMON_CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
].join(':');

/** For all connections of this process that begin from now on. */
export function offerCommonCiphers(): void {
  tls.DEFAULT_CIPHERS = COMMON_CIPHERS;
}
