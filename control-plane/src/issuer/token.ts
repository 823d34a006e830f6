import { SignJWT } from 'jose';
import { ALGORITHM, type SigningKey } from './keys.ts';

/** Life of a web-identity token: enough for one exchange with retries, useless soon after. */
export const TOKEN_SECONDS = 300;
/** STS and we may disagree by this much on the time. */
const NOT_BEFORE_SECONDS = 30;
/** The audience AWS expects (IAM: the client id of the provider). */
export const AUDIENCE = 'sts.amazonaws.com';

/** `sub` of every token of a workspace: what its trust policies pin. */
export function subjectOf(workspaceId: string): string {
  return `tidewaiter-account-id:${workspaceId}`;
}

export interface TokenRequest {
  readonly issuer: string;
  readonly workspaceId: string;
  readonly tokenId: string;
  readonly kid: string;
  readonly key: SigningKey;
  readonly nowMs: number;
}

/** A signed token; times are integers, since AWS refuses fractions. */
export async function signToken(request: TokenRequest): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const issuedAt = Math.floor(request.nowMs / 1000);
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: ALGORITHM, kid: request.kid, typ: 'JWT' })
    .setIssuer(request.issuer)
    .setSubject(subjectOf(request.workspaceId))
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt - NOT_BEFORE_SECONDS)
    .setExpirationTime(issuedAt + TOKEN_SECONDS)
    .setJti(request.tokenId)
    .sign(request.key);
  return { token, expiresAt: (issuedAt + TOKEN_SECONDS) * 1000 };
}
