/**
 * What bounds a log and an inbox: the bytes of a log's entries (each stored body and 256 more), the hour
 * of a last resort. And with each capability, by 'first', the seq of the first entry of its epoch, 0 while
 * there is none: what the capability before it never sees, also when retention has deleted it.
 */
export const sql = `
  ALTER TABLE log ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE log SET bytes = (
    SELECT coalesce(sum(length(body) + 256), 0) FROM entry WHERE entry.log = log.log);

  ALTER TABLE contact_token ADD COLUMN last_hour INTEGER NOT NULL DEFAULT 0;
  UPDATE contact_token SET last_hour = coalesce((SELECT max(hour) FROM key_package), 0);
  CREATE INDEX contact_token_by_last ON contact_token (last_hour) WHERE last <> x'';
  CREATE INDEX key_package_waiting ON key_package (hour) WHERE taken_by = x'';

  ALTER TABLE capability ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
  UPDATE capability SET first = coalesce(
    (SELECT min(seq) FROM entry WHERE entry.log = capability.log AND entry.epoch = capability.epoch),
    (SELECT seq FROM capability AS later
      WHERE later.log = capability.log AND later.epoch = capability.epoch + 1),
    0);
`;
