/** What one error code always means: HTTP status, a short title, and whether the same call may work later. */
export interface ErrorMeaning {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
}

const meaning = (status: number, title: string, retryable = false): ErrorMeaning => ({ status, title, retryable });

/**
 * The closed list of error codes. docs/errors.md holds the same table; a test keeps the two equal.
 * A code is never reused for another meaning: clients switch on it.
 */
export const errorCodes = {
  'usage.invalid': meaning(400, 'The command line cannot be understood'),
  'config.invalid': meaning(500, 'A configuration variable is not valid'),
  'config.conflict': meaning(500, 'Two configuration variables contradict each other'),

  'request.invalid': meaning(400, 'The request does not fit its schema'),
  'request.too-large': meaning(413, 'The request is too large'),
  'request.timeout': meaning(408, 'The request did not come in time', true),
  'auth.missing': meaning(401, 'No credential was given'),
  'auth.invalid': meaning(401, 'The credential is unknown, expired or revoked'),
  'auth.forbidden': meaning(403, 'The role of this credential may not do this'),
  'resource.not-found': meaning(404, 'There is no such resource'),
  'resource.conflict': meaning(409, 'The resource is in a state that does not allow this'),
  overloaded: meaning(429, 'Too much work is waiting', true),
  'webhook.key-invalid': meaning(401, 'The webhook key is not one of this installation'),
  'webhook.body-invalid': meaning(400, 'The webhook body is not an event'),

  'storage.unavailable': meaning(503, 'The database cannot be reached or is locked', true),
  'storage.full': meaning(503, 'The disk of the database is full', true),
  'storage.damaged': meaning(500, 'The database file is damaged'),
  'storage.conflict': meaning(409, 'The same thing exists already'),

  'protocol.frame-invalid': meaning(400, 'A frame is not a valid message'),
  'protocol.frame-too-large': meaning(413, 'A frame is larger than the protocol allows'),
  'protocol.out-of-order': meaning(409, 'A frame came before the one it needs'),
  'protocol.version-unsupported': meaning(426, 'The two sides speak no common protocol version'),
  'protocol.schema-unsupported': meaning(426, 'The two sides speak no common schema of payloads'),
  'protocol.timeout': meaning(504, 'The other side did not answer in time', true),

  'control-plane.unreachable': meaning(503, 'The control plane cannot be reached', true),
  'sensor.unknown': meaning(401, 'The sensor is not enrolled here'),
  'sensor.revoked': meaning(403, 'The sensor was revoked'),
  'enrolment.invalid': meaning(401, 'The enrolment token is unknown, expired or used up'),
  'assignment.stale': meaning(409, 'The lease of this assignment belongs to another attempt'),
  'assignment.taken': meaning(409, 'The assignment was taken by another sensor'),
  'claim.missing': meaning(409, 'This sensor was granted no claim on this layer'),
  'policy.refused': meaning(403, "The sensor's own policy does not allow this assignment"),

  'reference.invalid': meaning(400, 'The image or registry reference is not valid'),
  'credentials.unavailable': meaning(502, 'No AWS credentials could be had', true),
  'credentials.denied': meaning(403, 'AWS refused the identity'),
  'registry.unreachable': meaning(502, 'The registry cannot be reached', true),
  'registry.denied': meaning(403, 'The registry refused the request'),
  'registry.throttled': meaning(429, 'The registry asks to slow down', true),
  'registry.answer-invalid': meaning(502, 'The registry gave an answer that makes no sense'),
  'image.gone': meaning(404, 'The image no longer exists in the registry'),
  'image.archived': meaning(409, 'The image is archived and cannot be pulled'),

  'manifest.invalid': meaning(422, 'The manifest is not valid'),
  'manifest.too-large': meaning(422, 'The manifest is larger than the limit'),
  'manifest.too-deep': meaning(422, 'The index is nested deeper than the limit'),
  'manifest.cyclic': meaning(422, 'The index contains itself'),
  'manifest.digest-mismatch': meaning(422, 'The manifest does not have the digest it was asked by'),
  'layer.digest-mismatch': meaning(422, 'The layer does not have the digest its manifest names'),
  'layer.size-mismatch': meaning(422, 'The layer does not have the size its manifest names'),
  'layer.download-failed': meaning(502, 'The layer could not be downloaded to its end', true),

  'fact.disputed': meaning(409, 'Sensors reported different results for one digest'),
  'layer.foreign': meaning(422, 'The layer is kept outside its registry'),
  'work-file.full': meaning(507, 'There is no room to unpack the archive, or to keep what comes on standard input'),

  'report.unwritten': meaning(507, 'The report could not be written'),
  'spool.full': meaning(507, 'The spool has no room for another report', true),
  'spool.damaged': meaning(500, 'A spooled report cannot be read'),
  cancelled: meaning(499, 'The work was cancelled', true),
  internal: meaning(500, 'Something went wrong inside the program'),
} as const satisfies Record<string, ErrorMeaning>;

/** What callers switch on: a key of `errorCodes`. */
export type ErrorCode = keyof typeof errorCodes;
