/** Every technique, in the order of the board. */
import { addressBlock } from './address-block.ts';
import { curtain } from './curtain.ts';
import { dnsRemoval } from './dns-removal.ts';
import { fingerprint } from './fingerprint.ts';
import { nameFilter } from './name-filter.ts';
import { policing } from './policing.ts';
import { probing } from './probing.ts';
import { severed } from './severed.ts';
import { shutdown } from './shutdown.ts';
import type { Technique } from './technique.ts';
import { throttle } from './throttle.ts';
import { tightening } from './tightening.ts';
import { udp } from './udp.ts';
import { whackAMole } from './whack-a-mole.ts';
import { whitelist } from './whitelist.ts';

export const techniques: readonly Technique[] = [
  dnsRemoval,
  nameFilter,
  addressBlock,
  curtain,
  policing,
  throttle,
  udp,
  fingerprint,
  whitelist,
  severed,
  shutdown,
  tightening,
  probing,
  whackAMole,
];
