/** The link that admits to a server, for the host to hand out (docs/protocol.md, section 7). */
import { inviteLink } from '@polynya/protocol/invite-link';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { StorageError } from '../engine/engine.ts';
import type { RunningServer } from '../serve.ts';

/**
 * Makes an invite of so many uses that ends after so many days, and answers its link: the only copy of
 * its secret.
 * @param pageUrl where the people invited find the page
 * @param shelf whose bridges they are told; each in its turn when absent
 */
export async function makeHostInvite(
  server: Pick<RunningServer, 'identity' | 'endpointsFor' | 'invite'>,
  pageUrl: string,
  uses: number,
  days: number,
  shelf?: number,
): Promise<string> {
  const secret = await server.invite(uses, days);
  const endpoints = [...server.endpointsFor(shelf)];
  return inviteLink(pageUrl, { kind: 'server', identity: server.identity, endpoints, secret });
}

/** Why no invite was made, a full or failing disk, for whoever runs the server; undefined for a bug. */
export function inviteFailure(error: unknown): string | undefined {
  const told = error instanceof ProtocolError || error instanceof StorageError;
  return told ? error.message : undefined;
}
