/** What is being done to the line, in a sentence that needs no knowledge of networks, and what to do about it. */
import type { Diagnosis, Finding } from '@polynya/messenger/line/diagnosis';
import { size } from '../render/units.ts';

const sentences: Readonly<Record<Diagnosis, string>> = {
  'dns-removed':
    'The name of your server was taken out of the directory that your provider uses; Polynya goes by its address.',
  'name-filtered':
    'Your provider cuts off whoever asks for your server by name; Polynya tries addresses and other endpoints.',
  'address-blocked':
    'Nothing gets through to the address of your server; Polynya tries all others that it knows.',
  frozen: 'Connections freeze after a while; Polynya begins new ones.',
  'connections-policed': 'Only a few connections a minute are let through; Polynya makes fewer.',
  throttled: 'The line is held down; texts go, files take their time.',
  'udp-dropped': 'Calls and the like are dropped; texts are not touched.',
  'fingerprint-filtered':
    'Your provider cuts off programs that are no browsers; Polynya looks like one.',
  'domestic-only':
    'Only chosen sites can be reached; Polynya needs an endpoint among them: ask your host for one.',
  'foreign-severed':
    'Nothing abroad can be reached; what you write goes when the line is back, and chats on servers in your country go on.',
  'lan-only': 'This network leads nowhere; what you write goes when it does.',
  offline: 'This device is in no network; what you write goes when it is.',
  none: 'Nothing is done to the line, as far as can be seen from here.',
};

export function diagnosisLine({ diagnosis, figure }: Finding): string {
  if (figure === null) return sentences[diagnosis];
  const exactly =
    diagnosis === 'frozen' ? `after ${size(figure)}` : `${Math.round(figure / 1_000)} kbit/s`;
  return `${sentences[diagnosis]} (${exactly})`;
}
