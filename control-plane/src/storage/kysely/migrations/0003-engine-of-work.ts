import type { Migration } from '../migrations.ts';

const ofSensor = 'select s.engine from sensors s where s.workspace_id = assignments.workspace_id and s.id = assignments.sensor_id';

/** What an assignment's reports count under, though its sensor come back with another engine. JSON, like a sensor's. */
export const engineOfWork: Migration = {
  version: 3,
  name: 'engine of work',
  statements: () => [
    `alter table assignments add column engine text not null default 'null'`,
    `update assignments set engine = coalesce((${ofSensor}), 'null')`,
  ],
};
