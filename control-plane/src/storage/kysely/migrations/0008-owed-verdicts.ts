import type { Migration } from '../migrations.ts';

/**
 * Which failed work owes a verdict, and the newest work on a digest at once. Scans that failed under an earlier build and left their
 * digest without any verdict owe theirs.
 */
export const owedVerdicts: Migration = {
  version: 8,
  name: 'owed verdicts',
  statements: () => [
    'alter table assignments add column verdict_owed bigint not null default 0',
    `update assignments set verdict_owed = 1 where state = 'failed' and kind = 'scan' and not exists (select 1 from scans
      where scans.workspace_id = assignments.workspace_id and scans.digest = assignments.digest)`,
    'create index assignments_owed on assignments (id) where verdict_owed = 1',
    'drop index assignments_digest',
    'create index assignments_digest on assignments (workspace_id, digest, id)',
    `create index assignments_digest_live on assignments (workspace_id, digest, id) where state in ('pending', 'offered', 'running')`,
  ],
};
