/** Extensions (RFC 9420 section 13). What is not known, GREASE values (13.5) among it, is carried and not looked at. */
import { decode, type Infer, opaque, struct, uint16, vector } from '../codec/codec.ts';

export const extension = struct({ extensionType: uint16, extensionData: opaque });
export type Extension = Infer<typeof extension>;

/** RFC 9420 section 17.3 */
export const EXTENSION = {
  applicationId: 1,
  ratchetTree: 2,
  requiredCapabilities: 3,
  externalPub: 4,
  externalSenders: 5,
  /** draft-ietf-mls-extensions */
  lastResort: 0x000a,
} as const;

/** What every client supports without saying so (section 7.2). */
export const isDefaultExtension = (type: number): boolean => type >= 1 && type <= 5;

export function findExtension(
  extensions: readonly Extension[],
  type: number,
): Uint8Array | undefined {
  return extensions.find(({ extensionType }) => extensionType === type)?.extensionData;
}

/** Whether a list holds each type at most once, as section 13 demands. */
export function areDistinct(extensions: readonly Extension[]): boolean {
  return new Set(extensions.map(({ extensionType }) => extensionType)).size === extensions.length;
}

/** required_capabilities (section 11.1). */
export const requiredCapabilities = struct({
  extensions: vector(uint16),
  proposals: vector(uint16),
  credentials: vector(uint16),
});
export type RequiredCapabilities = Infer<typeof requiredCapabilities>;

/** @throws MlsError `malformed` */
export function requiredOf(extensions: readonly Extension[]): RequiredCapabilities | undefined {
  const data = findExtension(extensions, EXTENSION.requiredCapabilities);
  return data && decode(requiredCapabilities, data);
}
