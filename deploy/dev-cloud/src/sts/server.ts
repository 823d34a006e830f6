import type { IncomingMessage } from 'node:http';
import type { CredentialMemory } from '../credential-memory/index.ts';
import { AwsError, type Clock, type Handler, readBody } from '../http/index.ts';
import { accountOf, arnOf, type Credential, type Iam, userIdOf } from '../iam/index.ts';
import { SignatureError, type SignatureReason, type Verified, verifySignature } from '../signatures/index.ts';
import { answer, answerError, type Members } from './answers.ts';
import { assumeRole } from './assume-role.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { getWebIdentityToken } from './get-web-identity-token.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { OutboundFederation } from '../tokens/index.ts';
import { Parameters } from './parameters.ts';

/** A token of 20,000 characters and a policy of 2,048, percent-encoded, with room to spare. */
const bodyBytesMax = 128 * 1024;

/** What the service is made of; `gate` runs before each call (faults, throttling) and may throw. */
export interface StsParts {
  readonly iam: Iam;
  readonly clock: Clock;
  /** Told the web identity tokens that are shown. */
  readonly memory: CredentialMemory;
  readonly keys: IssuerKeys;
  readonly outbound: OutboundFederation;
  readonly gate: (action: string) => Promise<void>;
  readonly log: (action: string, outcome: string) => void;
}

/** The STS endpoint: Query protocol in, XML out. */
export function stsHandler(parts: StsParts): Handler {
  return async (request, response) => {
    let action = '';
    try {
      const body = await readBody(request, bodyBytesMax);
      const parameters = new Parameters(body.toString('utf8'));
      action = parameters.optional('Action') ?? '';
      await parts.gate(action);
      answer(request, response, action, await perform(action, parameters, request, body, parts));
      parts.log(action, '200');
    } catch (error) {
      const refusal = asAwsError(error);
      answerError(request, response, refusal);
      parts.log(action, refusal.code);
    }
  };
}

async function perform(action: string, parameters: Parameters, request: IncomingMessage, body: Buffer, parts: StsParts): Promise<Members> {
  const { iam, clock, keys } = parts;
  if (parameters.optional('Version') !== '2011-06-15') throw new AwsError('NoSuchVersion', 400, 'The requested version is not supported.');
  switch (action) {
    case 'AssumeRoleWithWebIdentity':
      return assumeRoleWithWebIdentity(parameters, iam, keys, clock, parts.memory);
    case 'AssumeRole':
      return assumeRole(parameters, signer(request, body, parts).credential, iam, clock);
    case 'GetCallerIdentity': {
      const { principal } = signer(request, body, parts).credential;
      return { UserId: userIdOf(principal), Account: accountOf(principal), Arn: arnOf(principal) };
    }
    case 'GetWebIdentityToken': {
      const { credential, region } = signer(request, body, parts);
      return getWebIdentityToken(parameters, credential, region, parts.outbound, clock);
    }
    default:
      throw new AwsError('InvalidAction', 400, `Could not find operation ${action} for version 2011-06-15`);
  }
}

function signer(request: IncomingMessage, body: Buffer, parts: StsParts): Verified<Credential> {
  return verifySignature(request, body, 'sts', parts.clock.now(), (id) => parts.iam.findCredential(id));
}

/** STS's own codes for what is wrong with a signature. */
const signatureCodes: Readonly<Record<SignatureReason, string>> = {
  missing: 'MissingAuthenticationToken',
  incomplete: 'IncompleteSignature',
  'unknown-key': 'InvalidClientTokenId',
  'expired-session': 'ExpiredToken',
  expired: 'SignatureDoesNotMatch',
  'not-yet-current': 'SignatureDoesNotMatch',
  mismatch: 'SignatureDoesNotMatch',
};

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof SignatureError)
    return new AwsError(signatureCodes[error.reason], error.reason === 'incomplete' ? 400 : 403, error.message);
  throw error;
}
