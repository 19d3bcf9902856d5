import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, beforeAll, describe } from 'vitest';
import { engineBounds } from '../../test/engine-bounds.ts';
import { engineContract } from '../../test/engine-contract.ts';
import { engineInvites } from '../../test/engine-invites.ts';
import type { OpenEngine } from '../../test/engine-stand.ts';
import { engineSubscriptions } from '../../test/engine-subscriptions.ts';
import { engineSurveys } from '../../test/engine-surveys.ts';
import { missingPostgres, PostgresCluster } from '../../test/postgres-cluster.ts';
import { PostgresEngine } from './postgres-engine.ts';

describe.skipIf(missingPostgres)(`on PostgreSQL${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  let folder = '';
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'polynya-pg-keys-'));
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  const open: OpenEngine = async (now, logBytes) => {
    await cluster.empty();
    const { url } = cluster;
    const options = { url, keyFolder: join(folder, 'keys'), now, random: systemRandom };
    return PostgresEngine.open({ ...options, ...(logBytes !== undefined && { logBytes }) });
  };
  engineContract('PostgreSQL', open);
  engineBounds('PostgreSQL', open);
  engineInvites('PostgreSQL', open);
  engineSurveys('PostgreSQL', open);
  engineSubscriptions('PostgreSQL', open);
});
