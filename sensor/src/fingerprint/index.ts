export {
  ephemeralKeyOf,
  FINGERPRINT_KEY_BYTES,
  type FingerprintKey,
  type FingerprintKeys,
  fingerprintKeyOf,
  fingerprintsOf,
  pathKeyOf,
} from './fingerprint.ts';
export { readFingerprintKeys } from './read-keys.ts';
