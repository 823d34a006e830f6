export { type DaemonConfig, daemonVariables, readDaemonConfig, spoolBytesOf } from './daemon.ts';
export { fingerprintKeyFile } from './fingerprint.ts';
export { networkVariables } from './network.ts';
export { processEnv } from './process-env.ts';
export { readScanConfig, type ScanConfig, scanVariables, scanWorkers } from './scan.ts';
