export {
  type AssignedRegistry,
  AssignedRegistrySchema,
  type AssignmentKind,
  type AssignmentState,
  assignmentKinds,
  assignmentStates,
  type Grant,
  type Progress,
  type RegistryAccess,
  RegistryAccessSchema,
  type Task,
} from './assignment.ts';
export { type Decoded, decodeFrame, encodeFrame, frameText } from './codec.ts';
export { type Failure, failureOf } from './failure.ts';
export { type Frame, type FrameBody, type FrameType, frames } from './frames.ts';
export {
  CLAIM_DIGESTS_MAX,
  FINDINGS_PER_PAGE,
  FRAME_BYTES_MAX,
  LEASE_MS,
  LEASE_RENEW_MS,
  LEASES_MAX,
  OFFER_MS,
  PATH_HASHES_PER_PAGE,
  PAYLOAD_SCHEMA,
  PAYLOAD_SCHEMAS,
  PROTOCOL_VERSION,
  REPLY_TIMEOUT_MS,
  SOCKET_SILENCE_MS_MAX,
  SUBPROTOCOL,
  VERSIONS_MAX,
} from './limits.ts';
export {
  type CatalogPage,
  type LayerDone,
  type LayerPage,
  type ManifestReport,
  type Outcome,
  type Report,
  ReportSchema,
} from './reports.ts';
export { Silence } from './silence.ts';
export { agreeOnSchema, unspokenSchema } from './versions.ts';
