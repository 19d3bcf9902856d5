/**
 * What may be said of a line: the closed list that scenarios expect one of, and by what the page's sentence for each is
 * known. The lab's own, as it enters no program that it judges; scripts/diagnoses.test.ts holds it against Polynya's.
 */
export const SENTENCES = {
  'dns-removed': 'was taken out of the directory',
  'name-filtered': 'cuts off whoever asks for your server by name',
  'address-blocked': 'Nothing gets through to the address of your server',
  frozen: 'Connections freeze after a while',
  'connections-policed': 'Only a few connections a minute',
  throttled: 'The line is held down',
  'udp-dropped': 'Calls and the like are dropped',
  'fingerprint-filtered': 'cuts off programs by how they greet',
  'domestic-only': 'Only chosen sites can be reached',
  'foreign-severed': 'Nothing abroad can be reached',
  'lan-only': 'This network leads nowhere',
  offline: 'This device is in no network',
  none: 'Nothing is done to the line',
} as const;

export type Diagnosis = keyof typeof SENTENCES;

/** What a sentence of the page says; null for any that is none of them. */
export function saidIn(sentence: string): Diagnosis | null {
  const all = Object.entries(SENTENCES) as [Diagnosis, string][];
  return all.find(([, known]) => sentence.includes(known))?.[0] ?? null;
}
