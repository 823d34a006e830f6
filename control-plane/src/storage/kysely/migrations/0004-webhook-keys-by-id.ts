import type { Migration } from '../migrations.ts';

/** A webhook key names itself by its id, and what is refused in its name is counted with it. */
export const webhookKeysById: Migration = {
  version: 4,
  name: 'webhook keys by id',
  statements: () => [
    'alter table webhook_keys add column rejected bigint not null default 0',
    'alter table webhook_keys add column rejected_at bigint',
    'create unique index webhook_keys_id on webhook_keys (id)',
  ],
};
