export { ASSERTION_SECONDS_MAX } from './assertion.ts';
export { EncryptionKeySchema, SigningKeySchema } from './enrolment.ts';
export { type EnrolmentRequest, Sensors } from './sensors.ts';
