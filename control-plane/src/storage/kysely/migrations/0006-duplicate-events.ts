import type { Migration } from '../migrations.ts';

/** A push event is stored once; how often it came again stands with it. */
export const duplicateEvents: Migration = {
  version: 6,
  name: 'duplicate events',
  statements: () => ['alter table push_events add column duplicates bigint not null default 0'],
};
