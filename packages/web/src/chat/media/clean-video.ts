/**
 * A video without what the camera or a program noted beside pictures and sound: where, when and with what it was taken,
 * what it is called. What a file is its first bytes say, not its name.
 */
import { cleanMp4 } from './clean-mp4.ts';

/** Bytes of a file that is taken into memory whole: as many as can be sent. */
const LARGEST = 100 * 1024 * 1024;

/** Null where what is noted cannot be taken out. What is no video comes back as it is. */
export async function cleanVideo(file: File): Promise<File | null> {
  const head = new TextDecoder('latin1').decode(await file.slice(0, 12).arrayBuffer());
  const known = /^video\//.test(file.type);
  // Sound keeps its titles, and what a browser knows no kind of may be anything.
  if (!known && file.type !== '') return file;
  if (/^.{4}(?:ftyp(?!hei|mif|msf|avi)|moov|mdat|wide)/s.test(head)) return cleanMp4(file);
  const clean = head.startsWith('\x1aEß£')
    ? (await import('./clean-matroska.ts')).cleanMatroska
    : /^RIFF.{4}AVI /s.test(head)
      ? (await import('./clean-avi.ts')).cleanAvi
      : undefined;
  if (!clean) return known || /^.{4}ftyp/s.test(head) ? null : file;
  if (file.size > LARGEST) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return clean(bytes) ? new File([bytes], file.name, { type: file.type }) : null;
}
