export { EncryptionKeySchema, SigningKeySchema } from './enrolment.ts';
export { Sensors } from './sensors.ts';
