import type { Migration } from '../migrations.ts';

/** Which sensors' own policies refuse which work, how many attempts ended so, and since when nobody is there who would do it. */
export const refusals: Migration = {
  version: 7,
  name: 'refusals',
  statements: () => [
    `create table assignment_refusals (workspace_id text not null, assignment_id text not null, sensor_id text not null,
      failure text not null, refused_at bigint not null, primary key (workspace_id, assignment_id, sensor_id),
      foreign key (workspace_id, assignment_id) references assignments (workspace_id, id),
      foreign key (workspace_id, sensor_id) references sensors (workspace_id, id))`,
    'create index assignment_refusals_sensor on assignment_refusals (workspace_id, sensor_id)',
    'alter table assignments add column refused bigint not null default 0',
    'alter table assignments add column stranded_at bigint',
    `create index assignments_refused on assignments (workspace_id, registry_id) where state in ('pending', 'offered') and refused > 0`,
  ],
};
