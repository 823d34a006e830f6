export { Cluster, type ServiceAccount, writeTokenFile } from './cluster.ts';
export { TaskCredentials } from './ecs.ts';
export { Eks, issuerPath } from './eks.ts';
export { Imds, type Instance } from './imds.ts';
export { ServiceSessions } from './service-session.ts';
