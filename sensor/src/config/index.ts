export { type DaemonConfig, daemonVariables, readDaemonConfig, spoolBytesOf } from './daemon.ts';
export { detectorVariables } from './detectors.ts';
export type { FingerprintKeySource, FingerprintKeySources } from './fingerprint.ts';
export { processEnv } from './process-env.ts';
export { readScanConfig, type ScanConfig, scanVariables } from './scan.ts';
