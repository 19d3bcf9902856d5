/** What goes wrong below, as a view hears it. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { Problem } from './api.ts';
import { StoreError } from './store/store.ts';

/** Whatever is refused below becomes one of the codes that a view has words for. */
export async function asProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'full') throw new Problem('storage-full');
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === 'full') throw new Problem('server-full');
    if (error.code === 'busy') throw new Problem('offline');
    if (error.code === 'expired') throw new Problem('invite-used');
    if (['quota', 'rate', 'version', 'not-found', 'too-big'].includes(error.code)) {
      throw new Problem(error.code as Problem['code']);
    }
    throw new Problem('failed', error.message);
  }
}
