import { TidewaiterError } from '@tidewaiter/shared/errors';
import { decodeProtectedHeader, errors, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Sensor, Store } from '../storage/index.ts';

/** The longest life of a signed assertion, so that a stolen one is worthless soon and the replay table stays small. */
const ASSERTION_SECONDS_MAX = 120;
/** How far a sensor's clock may be off; AWS refuses it at 300 s anyway (SigV4). */
const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * Verifies `Authorization: Bearer <JWT>`: EdDSA by the sensor's own key, `kid` = `iss` = `sub` = its id, `aud` one of ours, at most
 * 120 s long, `jti` never seen before.
 * @throws auth.missing, auth.invalid, sensor.unknown, sensor.revoked.
 */
export async function verifyAssertion(
  store: Pick<Store, 'sensors'>,
  authorization: string | undefined,
  expected: { readonly audiences: readonly string[]; readonly nowMs: number },
): Promise<Sensor> {
  const assertion = bearerOf(authorization);
  const sensor = await store.sensors.fetchById(keyIdOf(assertion));
  if (!sensor) throw new TidewaiterError('sensor.unknown', { which: 'assertion', remedy: 'Enrol the sensor with a new enrolment token.' });
  const claims = await verify(assertion, sensor, expected);
  if (sensor.revokedAt !== null)
    throw new TidewaiterError('sensor.revoked', { which: sensor.id, remedy: 'Enrol the sensor anew if it is to work again.' });
  const expiresAt = (claims.exp + CLOCK_TOLERANCE_SECONDS) * 1000;
  if (!(await store.sensors.createAssertion(sensor.workspaceId, sensor.id, claims.jti, expiresAt)))
    throw refuse('an assertion that was used before');
  return sensor;
}

interface Claims {
  readonly exp: number;
  readonly jti: string;
}

async function verify(
  assertion: string,
  sensor: Sensor,
  expected: { readonly audiences: readonly string[]; readonly nowMs: number },
): Promise<Claims> {
  try {
    const key = await importJWK(sensor.signingKey as JWK, 'EdDSA');
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['EdDSA', 'Ed25519'],
      issuer: sensor.id,
      subject: sensor.id,
      audience: [...expected.audiences],
      requiredClaims: ['iat', 'exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(expected.nowMs),
    });
    return claimsOf(payload, expected.nowMs);
  } catch (cause) {
    if (cause instanceof TidewaiterError) throw cause;
    throw refuse(cause instanceof errors.JOSEError ? cause.message : 'an assertion that cannot be verified', cause);
  }
}

function claimsOf({ exp, iat, jti }: JWTPayload, nowMs: number): Claims {
  if (exp === undefined || iat === undefined || typeof jti !== 'string' || jti.length < 8 || jti.length > 128)
    throw refuse('an assertion without exp, iat or jti (8 to 128 characters)');
  if (exp - iat > ASSERTION_SECONDS_MAX || exp <= iat) throw refuse(`a life of ${exp - iat} s`);
  // jose does not refuse an iat in the future: with a far one, exp would lie far ahead too.
  if (iat * 1000 > nowMs + CLOCK_TOLERANCE_SECONDS * 1000) throw refuse('an assertion from the future');
  return { exp, jti };
}

function keyIdOf(assertion: string): string {
  try {
    const { kid } = decodeProtectedHeader(assertion);
    if (typeof kid === 'string' && kid.length <= 64) return kid;
  } catch (cause) {
    throw refuse('no compact JWS', cause);
  }
  throw refuse('an assertion without kid');
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) throw new TidewaiterError('auth.missing', { which: 'Authorization header' });
  const assertion = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  if (assertion === undefined || assertion.length > 4_096) throw refuse('no JWT');
  return assertion;
}

function refuse(got: string, cause?: unknown): TidewaiterError {
  return new TidewaiterError('auth.invalid', {
    which: 'assertion',
    got,
    want: `an EdDSA JWT of at most ${ASSERTION_SECONDS_MAX} s, used once`,
    remedy: 'Check the clock of the sensor and the URL it uses for the control plane.',
    cause,
  });
}
