export type {
  LayoutImage,
  MemoryImage,
  Place,
  RepositoryInfo,
  RepositoryPlace,
  RepositorySetup,
  RoleRequest,
  RuleRequest,
} from './cloud.ts';
export { Cloud } from './cloud.ts';
export type { CloudOptions } from './options.ts';
export type { ProjectedToken, WorkloadEnvironment } from './workloads.ts';
export { startCloud } from './start.ts';
