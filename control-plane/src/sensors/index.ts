export type { EnrolmentToken, Sensor } from '../storage/index.ts';
export { EncryptionKeySchema, SigningKeySchema } from './enrolment.ts';
export { Sensors } from './sensors.ts';
