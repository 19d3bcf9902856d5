/** What commands on this machine ask of the server that runs here, and what it answers. */
import type { BackupReport } from '@polynya/server/backup/backup';
import type { TableCensus } from '@polynya/server/engine/engine-survey';
import type { PruneReport, ServerStatus } from '@polynya/server/host/host-desk';
import type { InviteLinks } from '@polynya/server/http/page-through';
import type { MoveReport } from '@polynya/server/migrate/move';

/** An invite to the server that is asked for. */
export interface InviteWish {
  readonly uses: number;
  readonly days: number;
  /** Whose bridges the people invited are told; each in its turn when absent. */
  readonly shelf?: number;
}

export type HostRequest =
  | ({ readonly ask: 'invite' } & InviteWish)
  | { readonly ask: 'status' | 'quotas' | 'knows' }
  /** Lines of bridges. */
  | { readonly ask: 'bridges'; readonly add: readonly string[]; readonly remove: readonly string[] }
  /** Days; absent: as the settings say. */
  | { readonly ask: 'prune'; readonly days?: number }
  /** Absolute paths. */
  | { readonly ask: 'backup'; readonly file: string; readonly keys: string }
  /** The URL of the database. */
  | { readonly ask: 'migrate'; readonly postgres: string };

interface Share {
  readonly logs: number;
  readonly bytes: number;
  readonly invites: number;
}

/** `Quotas` as JSON has it. */
export interface QuotasJson {
  readonly invites: readonly {
    /** The beginning of its hash, in hex. */
    readonly id: string;
    readonly uses: number;
    /** Seconds since 1970. */
    readonly until: number;
    readonly each: Share;
  }[];
  readonly granted: { readonly invites: number; readonly uses: number };
  readonly allowances: Share & { readonly count: number };
}

export interface HostAnswers {
  readonly invite: InviteLinks;
  readonly status: ServerStatus & {
    readonly url: string;
    readonly version: string;
    /** Of the host's page: whoever knows it is the host. */
    readonly hostPage: string;
  };
  readonly quotas: QuotasJson;
  readonly bridges: { readonly shelves: readonly (readonly string[])[] };
  readonly knows: readonly TableCensus[];
  readonly prune: PruneReport;
  readonly backup: BackupReport;
  readonly migrate: MoveReport;
}

export type AnswerTo<R extends HostRequest> = HostAnswers[R['ask']];

/** Undefined for anything that is no request. */
export function requestFrom(said: string): HostRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(said);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { ask, add, remove, uses, days, shelf, file, keys, postgres } = value as Record<
    string,
    unknown
  >;
  switch (ask) {
    case 'status':
    case 'quotas':
    case 'knows':
      return { ask };
    case 'invite':
      if (!isCount(uses) || !isCount(days)) return undefined;
      if (shelf === undefined) return { ask, uses, days };
      return isCount(shelf) ? { ask, uses, days, shelf } : undefined;
    case 'bridges':
      return isTexts(add) && isTexts(remove) ? { ask, add, remove } : undefined;
    case 'prune':
      if (days === undefined) return { ask };
      return isCount(days) ? { ask, days } : undefined;
    case 'backup':
      return typeof file === 'string' && typeof keys === 'string' ? { ask, file, keys } : undefined;
    case 'migrate':
      return typeof postgres === 'string' ? { ask, postgres } : undefined;
    default:
      return undefined;
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
