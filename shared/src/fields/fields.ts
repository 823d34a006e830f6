import { Type } from 'typebox';

/** Of an object that takes no member but its own: what is stored or hashed as it came. Frames are open: a newer side may send more. */
export const closed = { additionalProperties: false };
/** Digest of shared/images. */
export const DigestField = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
/** An id of ours (UUIDv7) or of a frame: opaque to whoever reads it. */
export const IdField = Type.String({ minLength: 1, maxLength: 64 });
/** RFC 3339 in UTC; with a fraction of a second or without. */
export const TimeField = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$' });
