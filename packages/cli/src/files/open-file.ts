/** A file of this machine as a Blob that is read piece by piece. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Failure, systemCode } from '../failure.ts';
import { mediaType } from './media-type.ts';

/** @throws Failure if there is no such file, or it may not be read */
export async function openFile(path: string): Promise<Blob> {
  try {
    if (!(await stat(path)).isFile()) throw new Failure(`${path} is not a file.`);
    return await openAsBlob(path, { type: mediaType(path) });
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = systemCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new Failure(`The file ${path} ${why}.`, 1, error);
  }
}
