/**
 * Prosody as a host would set it up for chat alone, with the generational garbage collector, which nearly
 * doubles its rate. `archive`: every text is kept by mod_mam in its own files, the faster of its stores here.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOMAIN, PASSWORD, ROOMS, userOf, XmppDialect } from '../dialects/xmpp.ts';
import { ACCOUNTS } from './accounts.ts';
import { freePort, launch, running } from './process.ts';
import type { System } from './system.ts';

const MODULES = ['disco', 'roster', 'saslauth', 'blocklist', 'carbons', 'smacks', 'csi_simple'];
MODULES.push('private', 'ping', 'offline', 'c2s', 'message', 'presence', 'iq');

const settings = (folder: string, port: number, archive: boolean): string => `
data_path = "${join(folder, 'data')}"
pidfile = "${join(folder, 'pid')}"
run_as_root = true
daemonize = false
gc = { mode = "generational" }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
s2s_ports = { }
network_settings = { tcp_backlog = 4096 }
modules_enabled = { ${[...MODULES, ...(archive ? ['mam'] : [])].map((name) => `"${name}"`).join('; ')} }
modules_disabled = { "s2s"; "tls"; "dialback"; "s2s_auth_certs" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
default_storage = "internal"
default_archive_policy = true
archive_expires_after = "1w"
log = { warn = "${join(folder, 'prosody.log')}" }
VirtualHost "${DOMAIN}"
Component "${ROOMS}" "muc"
  ${archive ? 'modules_enabled = { "muc_mam" }; muc_log_by_default = true' : ''}
  muc_room_default_history_length = 20
`;

export function prosody(archive: boolean): System {
  return {
    name: archive ? 'Prosody, archive' : 'Prosody',
    package: { name: 'prosody', program: '/usr/bin/prosody' },
    keeps: true,
    prepare: async (folder) => {
      const accounts = join(folder, 'data', DOMAIN, 'accounts');
      await mkdir(accounts, { recursive: true });
      const account = `return {\n\t["password"] = "${PASSWORD}";\n};\n`;
      for (let number = 0; number < ACCOUNTS; number++) {
        await writeFile(join(accounts, `${userOf(number)}.dat`), account);
      }
    },
    start: async (prepared, folder) => {
      await cp(join(prepared, 'data'), join(folder, 'data'), { recursive: true });
      const port = await freePort();
      const config = join(folder, 'prosody.cfg.lua');
      await writeFile(config, settings(folder, port, archive));
      const child = launch(['/usr/bin/prosody', '-F', '--config', config], folder);
      return running(child, () => new XmppDialect(port));
    },
  };
}
