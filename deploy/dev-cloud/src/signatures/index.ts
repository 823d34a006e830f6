export { checkPresigned, presign, type PresignFault, type PresignKey } from './presign.ts';
export { SignatureError, type SignatureReason, type SigningCredential, skewMsMax, type Verified, verifySignature } from './verify.ts';
