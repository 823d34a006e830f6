import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Identity } from './identity-file.ts';
import type { PostedAnswer, PostJson } from './post.ts';
import { problemFrom } from './problem.ts';

const EnrolledSchema = Type.Object({
  sensorId: Type.String({ minLength: 1, maxLength: 64 }),
  workspaceId: Type.String({ minLength: 1, maxLength: 64 }),
});
type Enrolled = Static<typeof EnrolledSchema>;
const validator = Compile(EnrolledSchema);
/** A refusal's problem+json is some hundred bytes. */
const ANSWER_BYTES_MAX = 65_536;

/** What an enrolment needs; `token` is a secret, `name` is 1 to 128 characters. */
export interface EnrolmentOptions {
  readonly controlPlaneUrl: string;
  readonly token: string;
  readonly name: string;
  /** What reaches the control plane. */
  readonly post: PostJson;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * Exchanges an enrolment token for two keys made here: Ed25519 to sign, X25519 to be encrypted to. Only their public halves are sent.
 * @throws enrolment.invalid and other refusals of the control plane; control-plane.unreachable.
 */
export async function enrol(options: EnrolmentOptions): Promise<Identity> {
  const [signing, encryption] = [generateKeyPairSync('ed25519'), generateKeyPairSync('x25519')];
  const body = JSON.stringify({
    token: options.token,
    name: options.name,
    signingKey: publicJwk(signing.publicKey, 'Ed25519'),
    encryptionKey: publicJwk(encryption.publicKey, 'X25519'),
  });
  const { sensorId, workspaceId } = await exchange(options, body);
  return {
    controlPlaneUrl: options.controlPlaneUrl,
    sensorId,
    workspaceId,
    signingKey: { ...publicJwk(signing.publicKey, 'Ed25519'), d: member(signing.privateKey, 'd') },
    encryptionKey: { ...publicJwk(encryption.publicKey, 'X25519'), d: member(encryption.privateKey, 'd') },
  };
}

const publicJwk = <C extends 'Ed25519' | 'X25519'>(key: KeyObject, crv: C): { kty: 'OKP'; crv: C; x: string } => ({
  kty: 'OKP',
  crv,
  x: member(key, 'x'),
});

function member(key: KeyObject, name: 'x' | 'd'): string {
  const value = key.export({ format: 'jwk' })[name];
  if (value === undefined) throw new TidewaiterError('internal', { which: `member ${name} of a JWK` });
  return value;
}

async function exchange({ controlPlaneUrl, post, nowMs, signal }: EnrolmentOptions, body: string): Promise<Enrolled> {
  try {
    return await read(await post(`${controlPlaneUrl}/api/v1/sensors/enrol`, body, signal), nowMs());
  } catch (cause) {
    if (cause instanceof TidewaiterError) throw cause;
    const got = cause instanceof Error ? cause.message : 'an unexpected error';
    throw new TidewaiterError('control-plane.unreachable', { which: controlPlaneUrl, got, cause });
  }
}

async function read({ statusCode, headers, body }: PostedAnswer, nowMs: number): Promise<Enrolled> {
  const text = await readText(body);
  const value = statusCode === 201 ? tryParse(text) : null;
  if (value !== null && validator.Check(value)) return value;
  const [contentType, retryAfter] = [String(headers['content-type'] ?? ''), headers['retry-after']];
  throw problemFrom({ status: statusCode, contentType, body: text, retryAfter: retryAfter?.toString() }, nowMs);
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX)
      throw new TidewaiterError('control-plane.unreachable', {
        which: 'answer to the enrolment',
        got: `more than ${ANSWER_BYTES_MAX} bytes`,
      });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
