import type { Migration } from '../migrations.ts';

/**
 * What is not reported for its path. Registries that are there begin with the preset, and every verdict of theirs is made anew: revision 1
 * of the exclusions is not judged yet.
 */
export const exclusions: Migration = {
  version: 5,
  name: 'exclusions',
  statements: () => [
    `alter table registries add column exclusions text not null default '{"presets":["default"],"expressions":[]}'`,
    'alter table registries add column exclusions_revision bigint not null default 1',
    'alter table registries add column judged_revision bigint not null default 0',
    `alter table sightings add column excluded_by text not null default '[]'`,
    `alter table scans add column excluded text not null default '{"findings":0,"pierced":0,"byExpression":{}}'`,
  ],
};
