/** The project's folder, as seen from here and from the bundle of this program, which lies in `dist` beside `src`. */
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..', '..');
