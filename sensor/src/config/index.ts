export { fingerprintKeyFile } from './fingerprint.ts';
export { processEnv } from './process-env.ts';
export { readScanConfig, scanVariables, scanWorkers } from './scan.ts';
