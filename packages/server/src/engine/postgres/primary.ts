/**
 * Which of several PostgreSQL servers is the primary, where one takes over when another fails: of those that
 * are not in recovery the one on the highest timeline, because a primary that was cut off does not know yet
 * that it is none (https://www.postgresql.org/docs/15/continuous-archiving.html, "Timelines").
 */
import pg from 'pg';

/** Until a server that does not answer is taken for away, in ms. */
const PATIENCE_MS = 2_000;

/**
 * The URL of each server that one URL names as libpq has it (`postgres://user@one:5432,two:5432/database`);
 * `target_session_attrs` goes without saying.
 */
export function serversIn(url: string): string[] {
  const [, before = '', hosts = '', after = ''] =
    /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^@/?]*,[^@/?]*)([/?].*|)$/.exec(url) ?? [];
  if (hosts === '') return [url];
  const rest = after.replace(/([?&])target_session_attrs=[^&]*&?/, '$1').replace(/[?&]$/, '');
  return hosts.split(',').map((host) => `${before}${host}${rest}`);
}

/** Undefined while none can be found. */
export async function findPrimary(servers: readonly string[]): Promise<string | undefined> {
  const timelines = await Promise.all(servers.map(timelineOf));
  const highest = Math.max(...timelines);
  return highest > 0 ? servers[timelines.indexOf(highest)] : undefined;
}

/** 0 for a standby, and for a server that does not answer. */
async function timelineOf(url: string): Promise<number> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  // It went away while nobody asked it anything.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT CASE WHEN pg_is_in_recovery() THEN '0'
         ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline`,
    );
    return Number.parseInt(String(rows[0]?.timeline), 16);
  } catch {
    return 0;
  } finally {
    // One that hangs does not hold us up.
    void client.end().catch(() => undefined);
  }
}
