/** transcript-hashes.json: what a Commit makes of the transcript (RFC 9420 section 8.2). */
import { expect, test } from 'vitest';
import { opaque, struct } from '../../codec/codec.ts';
import { Reader } from '../../codec/reader.ts';
import { framedContent, wireFormat } from '../../framing/framed-content.ts';
import {
  confirmationTag,
  confirmedTranscriptHash,
  interimTranscriptHash,
} from '../../schedule/transcript.ts';
import { bytes, hex, suiteOf, vectorsOf } from './vectors.ts';

interface Vector {
  readonly cipher_suite: number;
  readonly confirmation_key: string;
  readonly authenticated_content: string;
  readonly interim_transcript_hash_before: string;
  readonly confirmed_transcript_hash_after: string;
  readonly interim_transcript_hash_after: string;
}

/** AuthenticatedContent of a Commit. */
const authenticated = struct({
  wireFormat,
  content: framedContent,
  signature: opaque,
  confirmationTag: opaque,
});

test.each(vectorsOf<Vector>('transcript-hashes.json'))('suite $cipher_suite', async (vector) => {
  const suite = await suiteOf(vector.cipher_suite);
  const reader = new Reader(bytes(vector.authenticated_content));
  const commit = authenticated.read(reader);
  expect(reader.left).toBe(0);
  const before = bytes(vector.interim_transcript_hash_before);
  const confirmed = confirmedTranscriptHash(suite, before, commit);
  expect(hex(confirmed)).toBe(vector.confirmed_transcript_hash_after);
  expect(hex(interimTranscriptHash(suite, confirmed, commit.confirmationTag))).toBe(
    vector.interim_transcript_hash_after,
  );
  expect(hex(commit.confirmationTag)).toBe(
    hex(confirmationTag(suite, bytes(vector.confirmation_key), confirmed)),
  );
});
