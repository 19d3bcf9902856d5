/**
 * What a file's MIME type says besides what is in it: parameters (RFC 2045 section 5.1) that tell how it is to be shown
 * (docs/protocol.md section 8). Whoever does not know one passes over it.
 */
import type { FileRef } from '@polynya/protocol/content';
import type { FileView } from '../api.ts';
import { shownName } from '../identity/shown-name.ts';

/** Bytes of a waveform: 48 values of 5 bits. */
const WAVE = 30;

/** A MIME type without its parameters. */
export function essenceOf(type: string): string {
  return type.split(';', 1)[0] ?? '';
}

type Shown = Pick<FileView, 'type' | 'wave' | 'album' | 'round'>;

export function shownAs({ type, thumb }: FileRef): Shown {
  const [, id, place] = /;album=([0-9a-f]{16})\.(\d)/.exec(type) ?? [];
  return {
    type: essenceOf(type),
    wave: thumb?.length === WAVE && type.startsWith('audio/') ? thumb : null,
    album: id && place ? { id, place: Number(place) } : null,
    round: /^video\/.*;round=1/.test(type),
  };
}

/** Said where a message has no room: what somebody recorded in a chat has an ending only for whoever saves it. */
export function excerptName(file: FileRef): string {
  const { wave, round } = shownAs(file);
  const name = shownName(file.name);
  return wave || round ? name.replace(/\.\w+$/, '') : name;
}
