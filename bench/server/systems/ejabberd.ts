/**
 * ejabberd as a host would set it up for chat alone: no TLS, plain passwords, the modules that a phone's
 * client uses. `archive`: every text is kept by mod_mam in Mnesia, the faster of its stores here.
 */
import { once } from 'node:events';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOMAIN, PASSWORD, ROOMS, XmppDialect } from '../dialects/xmpp.ts';
import { ACCOUNTS } from './accounts.ts';
import { freePort, launch, running } from './process.ts';
import type { System } from './system.ts';

const LIBRARIES = '/usr/lib';
/** The Erlang VM as Debian starts it, except that it does not spin while idle: it shares no core here. */
const VM = ['+K', 'true', '+P', '250000', '+Q', '65536', '+sbwt', 'none', '+sbwtdcpu', 'none'];
VM.push('+sbwtdio', 'none', '-noinput');

const settings = (port: number, archive: boolean): string => `
loglevel: warning
log_rotate_count: 0
hosts: [${DOMAIN}]
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    access: all
    starttls: false
    max_stanza_size: 262144
    backlog: 4096
auth_method: internal
auth_password_format: plain
shaper_rules:
  max_user_sessions: 10
  max_user_offline_messages: infinity
modules:
  mod_disco: {}
  mod_roster: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_blocking: {}
  mod_privacy: {}
  mod_caps: {}
  mod_last: {}
  mod_ping: {}
  mod_stream_mgmt: {}
  mod_offline:
    access_max_user_messages: max_user_offline_messages
${archive ? '  mod_mam:\n    default: always\n    db_type: mnesia\n' : ''}
  mod_muc:
    host: ${ROOMS}
    access_create: all
    max_users: 5000
    max_users_admin_threshold: 10
    default_room_options:
      max_users: 5000
      presence_broadcast: []
      mam: ${archive}
`;

/** Registers everybody and ends. */
const REGISTER = `
  [ejabberd_auth:try_register(list_to_binary("u" ++ integer_to_list(I)), <<"${DOMAIN}">>, <<"${PASSWORD}">>)
   || I <- lists:seq(0, ${ACCOUNTS - 1})], init:stop().`;

export function ejabberd(archive: boolean): System {
  return {
    name: archive ? 'ejabberd, archive' : 'ejabberd',
    package: { name: 'ejabberd', program: '/usr/sbin/ejabberdctl' },
    // With its archive as without; but that takes a time that grows with the square of one person's texts.
    keeps: !archive,
    prepare: async (folder) => {
      const { child } = await erl(folder, await freePort(), archive, ['-eval', REGISTER]);
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`ejabberd could not register accounts (${code})`);
    },
    start: async (prepared, folder) => {
      await cp(join(prepared, 'mnesia'), join(folder, 'mnesia'), { recursive: true });
      const port = await freePort();
      return running(await erl(folder, port, archive, []), () => new XmppDialect(port));
    },
  };
}

async function erl(folder: string, port: number, archive: boolean, more: readonly string[]) {
  await mkdir(join(folder, 'mnesia'), { recursive: true });
  const config = join(folder, 'ejabberd.yml');
  await writeFile(config, settings(port, archive));
  const env = {
    ERL_LIBS: await libraries(),
    EJABBERD_CONFIG_PATH: config,
    EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
    ERL_CRASH_DUMP_BYTES: '0',
    HOME: folder,
  };
  const mnesia = ['-mnesia', 'dir', `"${join(folder, 'mnesia')}"`];
  return launch(['erl', ...VM, ...mnesia, '-s', 'ejabberd', ...more], folder, env);
}

/** Debian keeps Erlang's programs under the name of the architecture. */
async function libraries(): Promise<string> {
  for (const name of await readdir(LIBRARIES)) {
    if (!name.endsWith('-linux-gnu')) continue;
    const found = await readdir(join(LIBRARIES, name));
    if (found.some((one) => one.startsWith('ejabberd-'))) return join(LIBRARIES, name);
  }
  throw new Error('ejabberd is installed, but not where Debian puts it');
}
