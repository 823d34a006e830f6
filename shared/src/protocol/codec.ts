import { Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { TidewaiterError } from '../errors/index.ts';
import { IdField } from '../fields/index.ts';
import { type Frame, type FrameBody, type FrameType, frames } from './frames.ts';
import { FRAME_BYTES_MAX, PAYLOAD_SCHEMAS, PROTOCOL_VERSION } from './limits.ts';
import { unspokenSchema } from './versions.ts';

const envelope = Compile(
  Type.Object({
    v: Type.Integer(),
    type: Type.String({ maxLength: 64 }),
    id: IdField,
    replyTo: Type.Optional(IdField),
    body: Type.Unknown(),
  }),
);
const bodies = new Map<string, Validator>();

/**
 * What came in: a frame this build knows; one of an unknown type (to be counted and ignored); or one whose payload is of a schema it does
 * not speak, of which nothing else was looked at (to be answered with `error`).
 */
export type Decoded =
  | { readonly known: true; readonly frame: Frame }
  | { readonly known: false; readonly why: 'type'; readonly type: string; readonly id: string }
  | { readonly known: false; readonly why: 'schema'; readonly type: FrameType; readonly id: string; readonly error: TidewaiterError };

/**
 * @throws protocol.frame-too-large beyond FRAME_BYTES_MAX bytes of UTF-8; the spool pages below that, so it is a bug or an attack.
 */
export function encodeFrame<T extends FrameType>(id: string, type: T, body: FrameBody<T>, replyTo?: string): string {
  const text = JSON.stringify(
    replyTo === undefined ? { v: PROTOCOL_VERSION, type, id, body } : { v: PROTOCOL_VERSION, type, id, replyTo, body },
  );
  const bytes = utf8Length(text);
  if (bytes > FRAME_BYTES_MAX) throw tooLarge(type, bytes);
  return text;
}

/** The text of a WebSocket message, in whatever parts it came; none of a binary one, for no frame is binary. */
export function frameText(data: Uint8Array | ArrayBuffer | readonly Uint8Array[], isBinary: boolean): string {
  if (isBinary) return '';
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts = Array.isArray(data) ? (data as readonly Uint8Array[]) : [data as Uint8Array | ArrayBuffer];
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
}

/**
 * @throws protocol.frame-invalid naming what is wrong where; protocol.frame-too-large; protocol.version-unsupported.
 */
export function decodeFrame(text: string): Decoded {
  const bytes = utf8Length(text);
  if (bytes > FRAME_BYTES_MAX) throw tooLarge('a frame', bytes);
  const raw = parseJson(text);
  if (!envelope.Check(raw)) throw invalid('envelope', firstError(envelope, raw));
  if (raw.v !== PROTOCOL_VERSION)
    throw new TidewaiterError('protocol.version-unsupported', { which: 'frame', got: `v ${raw.v}`, want: `v ${PROTOCOL_VERSION}` });
  if (!Object.hasOwn(frames, raw.type)) return { known: false, why: 'type', type: raw.type, id: raw.id };
  const type = raw.type as FrameType;
  const schema = schemaOf(type, raw.body);
  if (schema !== null && !PAYLOAD_SCHEMAS.includes(schema))
    return { known: false, why: 'schema', type, id: raw.id, error: unspokenSchema(`${type} frame`, schema) };
  const validator = validatorOf(type);
  if (!validator.Check(raw.body)) throw invalid(`${type} frame`, firstError(validator, raw.body));
  return { known: true, frame: raw as Frame };
}

/** The schema that a payload says it is written in; null for a frame without a payload, and for what is no number (no valid frame then). */
function schemaOf(type: FrameType, body: unknown): number | null {
  if (!('schema' in frames[type].properties) || type === 'welcome' || typeof body !== 'object' || body === null) return null;
  return 'schema' in body && Number.isSafeInteger(body.schema) ? Number(body.schema) : null;
}

function validatorOf(type: FrameType): Validator {
  const ready = bodies.get(type) ?? Compile(frames[type]);
  bodies.set(type, ready);
  return ready;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('frame', 'not JSON');
  }
}

function firstError(validator: Validator, value: unknown): string {
  const [error] = validator.Errors(value);
  return error ? `${error.instancePath || '/'} ${error.message}` : 'does not fit its schema';
}

const invalid = (which: string, got: string): TidewaiterError => new TidewaiterError('protocol.frame-invalid', { which, got });
const tooLarge = (which: string, bytes: number): TidewaiterError =>
  new TidewaiterError('protocol.frame-too-large', { which, got: `${bytes} bytes`, want: `at most ${FRAME_BYTES_MAX}` });
const utf8Length = (text: string): number => (text.length * 3 <= FRAME_BYTES_MAX ? text.length : new TextEncoder().encode(text).length);
