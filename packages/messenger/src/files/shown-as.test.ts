import { expect, test } from 'vitest';
import { fileReference, mediaType } from './file-reference.ts';
import { excerptName, shownAs } from './shown-as.ts';

const random = (length: number) => new Uint8Array(length);
const sent = (type: string, about: Partial<Parameters<typeof fileReference>[1]>) =>
  fileReference(new Blob([], { type }), { name: 'x', ...about }, random).file;

test('what is said of a file to show it comes out again, and its type without it', () => {
  const album = { id: '0123456789abcdef', place: 7 };
  expect(shownAs(sent('image/jpeg', { album }))).toEqual({
    type: 'image/jpeg',
    wave: null,
    album,
    round: false,
  });
  expect(shownAs(sent('video/mp4', { round: true }))).toMatchObject({
    type: 'video/mp4',
    round: true,
  });
  expect(sent('video/webm;codecs=vp8,opus', {}).type).toBe('video/webm');
});

test.each(['application/pdf', 'videos/x', 'video', ''])(
  'only a video is a circle, whoever says otherwise: %s',
  (type) => {
    expect(shownAs(sent(type, { round: true })).round).toBe(false);
  },
);

test('a waveform belongs to sound, and has its length', () => {
  const wave = new Uint8Array(30).fill(9);
  expect(shownAs(sent('audio/webm', { wave })).wave).toEqual(wave);
  expect(shownAs(sent('audio/webm', { wave: wave.subarray(1) })).wave).toBeNull();
  expect(shownAs(sent('image/png', { thumb: wave })).wave).toBeNull();
});

test('what was recorded is named without an ending, other files with theirs and what hides in them shown', () => {
  const wave = new Uint8Array(30);
  expect(excerptName(sent('audio/webm', { name: 'Voice note.webm', wave }))).toBe('Voice note');
  const round = { name: 'Video note.mp4', round: true };
  expect(excerptName(sent('video/mp4', round))).toBe('Video note');
  expect(excerptName(sent('audio/ogg', { name: 'song.ogg' }))).toBe('song.ogg');
  expect(excerptName(sent('', { name: 'photo\u202egpj.exe' }))).toBe('photogpj.exe');
});

test.each([
  'image/png;album=0123456789abcdef',
  'image/png;album=..7',
  'image/png;album=xyz.1',
  'image/png;round=1',
])('a parameter that says nothing is passed over: %s', (type) => {
  expect(shownAs({ ...sent('', {}), type })).toMatchObject({
    type: 'image/png',
    album: null,
    round: false,
  });
  expect(mediaType(type)).toBe('image/png');
});

test('parameters make nothing harmless that is not', () => {
  expect(mediaType('text/html;album=0123456789abcdef.1')).toBe('application/octet-stream');
});
