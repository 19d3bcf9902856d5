/** What may be said of a line: the closed list that scenarios expect one of. */
export const DIAGNOSES = [
  'dns-removed',
  'name-filtered',
  'address-blocked',
  'frozen',
  'connections-policed',
  'throttled',
  'udp-dropped',
  'fingerprint-filtered',
  'domestic-only',
  'foreign-severed',
  'lan-only',
  'offline',
  'none',
] as const;

export type Diagnosis = (typeof DIAGNOSES)[number];
