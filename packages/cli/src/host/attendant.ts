/** Answers what commands on this machine ask of the server that runs in this process. */
import { inviteFailure, makeHostInvite } from '@polynya/server/host/host-invite';
import { linksOf } from '@polynya/server/http/page-through';
import type { RunningServer } from '@polynya/server/serve';
import { BridgeError } from '@polynya/server/whereabouts/shelves';
import { Failure } from '../failure.ts';
import { version } from '../version.ts';
import type { Attendant } from './control-socket.ts';
import type { HostAnswers, HostRequest } from './host-requests.ts';

/**
 * @param page where people find the page, without a slash at the end
 * @param hostPage the URL of the host's own
 */
export function attendantOf(server: RunningServer, page: string, hostPage: string): Attendant {
  return async (request) => {
    try {
      return await answerTo(request, server, page, hostPage);
    } catch (error) {
      // A full or failing disk: whoever asked hears of it, and the server goes on or ends by itself.
      const why = error instanceof BridgeError ? error.message : inviteFailure(error);
      throw why === undefined ? error : new Failure(why, 1, error);
    }
  };
}

async function answerTo(
  request: HostRequest,
  server: RunningServer,
  page: string,
  hostPage: string,
): Promise<HostAnswers[HostRequest['ask']]> {
  const { desk } = server;
  switch (request.ask) {
    case 'invite': {
      const { uses, days, shelf } = request;
      return linksOf(await makeHostInvite(server, `${page}/`, uses, days, shelf));
    }
    case 'status': {
      return { ...(await desk.status()), url: page, version: version(), hostPage };
    }
    case 'quotas': {
      const quotas = await desk.quotas();
      const hex = (id: Uint8Array) => Buffer.from(id).toString('hex');
      return { ...quotas, invites: quotas.invites.map((one) => ({ ...one, id: hex(one.id) })) };
    }
    case 'bridges':
      return { shelves: await desk.bridges(request.add, request.remove) };
    case 'knows':
      return desk.census();
    case 'prune':
      return desk.prune(request.days);
    case 'backup':
      return desk.backup(request.file, request.keys);
    case 'migrate':
      return desk.move(request.postgres);
  }
}
