/** What each scenario is, for people who have never heard of a packet: a heading for its kind, a sentence for itself. */
import { techniques } from '../techniques/all.ts';
import type { Row } from './row.ts';

const KINDS: Readonly<Record<string, string>> = {
  'dns-removal': 'The name is taken out of the national address book',
  'name-filter': 'Connections that ask for the name are cut',
  'address-block': 'The server’s address is blocked',
  curtain: 'Every connection abroad freezes after a few kilobytes',
  policing: 'Connections are counted',
  throttle: 'The line abroad is slowed down',
  udp: 'Calls are blocked',
  fingerprint: 'Programs are told by how they greet',
  whitelist: 'Only approved sites can be reached',
  severed: 'The country is cut off from the world',
  shutdown: 'The internet is switched off',
  tightening: 'The block is drawn tighter while people talk',
  probing: 'The censor knocks at suspicious doors',
  'whack-a-mole': 'Every minute, whatever works is killed',
};

const SENTENCES: Readonly<Record<string, string>> = {
  'dns-removal/installed': 'the app is installed already',
  'dns-removal/new-user': 'somebody new has nothing but an invite',
  'dns-removal/chromium': 'in a browser',
  'name-filter/reset': 'cut off at once',
  'name-filter/reset-chromium': 'the same, in a browser',
  'name-filter/drop-after': 'nothing comes back once the name was seen',
  'name-filter/drop-hello': 'the greeting itself vanishes',
  'address-block/dropped': 'all that goes there vanishes',
  'address-block/chromium': 'the same, in a browser',
  'address-block/reset': 'whoever connects there is cut off at the first word',
  'address-block/datagrams': 'all bridges are blocked too, except for datagrams',
  'address-block/datagrams-chromium': 'the same, in a browser',
  'curtain/packets-in-all': 'after 25 packets',
  'curtain/packets-each-way': 'after 25 packets in each direction',
  'curtain/reply-bytes': 'after 16 KB',
  'curtain/picture': 'a picture of 100 KB has to pass',
  'curtain/chromium': 'in a browser',
  'curtain/new-chromium':
    'somebody new in a browser has nothing but an invite; a plain page never loads',
  'policing/with-curtain': 'a fifth within a minute locks you out, and each freezes too',
  'throttle/128-kbit': 'to 128 kbit/s',
  'throttle/128-kbit-chromium': 'the same, in a browser',
  'throttle/trickle': 'to 700 bytes a second, for a long text',
  'throttle/trickle-chromium': 'the same, in a browser',
  'udp/all-but-dns': 'all datagrams vanish',
  'udp/all-but-dns-chromium': 'the same, in a browser',
  'udp/stun': 'those that begin a call vanish',
  'udp/stun-chromium': 'the same, in a browser',
  'fingerprint/node': 'whatever does not greet like a browser vanishes',
  'fingerprint/quic': 'the newest web protocol vanishes',
  'whitelist/listed': 'a bridge stands at an approved site',
  'whitelist/listed-chromium': 'the same, in a browser',
  'whitelist/dns-only': 'nothing but looking up names is left',
  'severed/same-country': 'both people and the server are at home',
  'severed/same-country-chromium': 'the same, in a browser',
  'severed/cross-border': 'one is abroad: texts wait for the cables',
  'severed/cross-border-chromium': 'the same, and who is cut off is in a browser',
  'shutdown/lan': 'two people on the same home network',
  'shutdown/lan-chromium': 'the same, one of them in a browser',
  'shutdown/file': 'not even that: a file on a stick',
  'shutdown/file-chromium': 'the same, one of them in a browser',
  'tightening/volunteer': 'what is left is the browser of somebody abroad who lends their line',
  'whack-a-mole/rounds': 'twenty times in a row',
};

export function kindOf({ scenario }: Pick<Row, 'scenario'>): string {
  return KINDS[scenario] ?? techniques.find(({ name }) => name === scenario)?.what ?? scenario;
}

export function sentenceOf({ scenario, variant }: Pick<Row, 'scenario' | 'variant'>): string {
  return SENTENCES[`${scenario}/${variant}`] ?? variant.replaceAll('-', ' ');
}
