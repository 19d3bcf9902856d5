/** Peers come from Debian's packages; where they cannot be installed, they are left out, which is said. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { System } from './system.ts';

/** Those of `systems` that can be started, others having been installed where that can be done. */
export function installed(systems: readonly System[]): readonly System[] {
  const missing = new Set(systems.filter((one) => !isThere(one)).map((one) => one.package?.name));
  if (missing.size > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error(`Installing ${[...missing].join(', ')}…`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) => spawnSync('apt-get', ['-qq', ...args], { env });
    apt('update');
    apt(
      '-y',
      '--no-install-recommends',
      'install',
      ...[...missing].filter((name) => name !== undefined),
    );
  }
  const there = systems.filter(isThere);
  const left = [...new Set(systems.filter((one) => !isThere(one)).map((one) => one.package?.name))];
  if (left.length > 0) {
    console.error(
      `Left out: ${left.join(', ')} could not be installed. As root, "apt-get install ${left.join(' ')}" does it on Debian.`,
    );
  }
  return there;
}

const isThere = (system: System): boolean =>
  system.package === undefined || existsSync(system.package.program);
