/** The reference to an own file as it goes into a message, and what is believed of one that comes. */
import { concat, fromHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import type { Random } from '@polynya/reach/clock';
import { type Messenger, Problem } from '../api.ts';
import { MAX_FILE, PIECE_SIZE } from './file-record.ts';
import { essenceOf } from './shown-as.ts';

type About = Parameters<Messenger['sendFile']>[2];
export type FileContent = Extract<KnownContent, { kind: 'file' }>;

const NAME = 255;
const TYPE = 127;
const CAPTION = 16_000;
const THUMB = 16_384;
const SIDE = 65_535;
const DAY = 86_400_000;

/**
 * A message with a file under fresh keys, whose hash is not known yet.
 * @throws Problem `too-big` (the file or its thumbnail), `too-long` (name or caption)
 */
export function fileReference(source: Blob, about: About, random: Random): FileContent {
  const { caption = '', reply, wave, thumb = wave, width = 0, height = 0, duration = 0 } = about;
  const type = shownAs(source.type, about);
  const name = about.name.toWellFormed();
  if (source.size > MAX_FILE) throw new Problem('too-big');
  if (thumb && thumb.length > THUMB) throw new Problem('too-big', 'the thumbnail is too big');
  if (name.length > NAME || caption.length > CAPTION) throw new Problem('too-long');
  const file = {
    name,
    type: type.length > TYPE ? '' : type,
    size: source.size,
    hash: new Uint8Array(32),
    blob: random(16),
    secret: random(32),
    key: random(32),
    pieceSize: PIECE_SIZE,
    thumb: thumb && thumb.length > 0 ? concat(thumb) : null,
    width: within(width, SIDE),
    height: within(height, SIDE),
    duration: within(duration, DAY),
  };
  return {
    kind: 'file',
    file,
    caption: caption.toWellFormed(),
    reply: reply === undefined ? null : fromHex(reply),
    mentions: [],
  };
}

const HARMLESS =
  /^(?:(?:audio|video)\/[\w.+-]+|image\/(?:png|jpeg|gif|webp|avif|bmp)|text\/plain)$/;

/** The type a page may open a file as: one that runs nothing. Whatever else it claims to be is just bytes. */
export function mediaType(claimed: string): string {
  const type = essenceOf(claimed);
  return HARMLESS.test(type) ? type : 'application/octet-stream';
}

/** With the parameters that say how it is to be shown (docs/protocol.md section 8). */
function shownAs(type: string, { album, round }: About): string {
  const place = album ? `;album=${album.id}.${album.place}` : '';
  return `${essenceOf(type)}${place}${round ? ';round=1' : ''}`;
}

function within(value: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(0, Math.round(value))) : 0;
}
