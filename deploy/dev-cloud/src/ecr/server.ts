import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AwsError, type Handler, parseRecord, readBody } from '../http/index.ts';
import { arnOf, type Credential, type Iam } from '../iam/index.ts';
import { SignatureError, type SignatureReason, type Verified, verifySignature } from '../signatures/index.ts';
import type { EcrParts, Operation } from './call.ts';
import { ecrError } from './errors.ts';
import { Input } from './input.ts';
import { batchCheckLayerAvailability } from './operations/batch-check-layer-availability.ts';
import { batchDeleteImage } from './operations/batch-delete-image.ts';
import { batchGetImage } from './operations/batch-get-image.ts';
import { createRepository } from './operations/create-repository.ts';
import { describeImages } from './operations/describe-images.ts';
import { describeRepositories } from './operations/describe-repositories.ts';
import { getAuthorizationToken } from './operations/get-authorization-token.ts';
import { getDownloadUrlForLayer } from './operations/get-download-url-for-layer.ts';
import { listImageReferrers } from './operations/list-image-referrers.ts';
import { listImages } from './operations/list-images.ts';
import { putImage } from './operations/put-image.ts';
import { deleteRepositoryPolicy, getRepositoryPolicy, setRepositoryPolicy } from './operations/repository-policies.ts';
import { updateImageStorageClass } from './operations/update-image-storage-class.ts';

/** The largest input is PutImage's manifest of 4 MiB; and JSON escapes some of it. */
const bodyBytesMax = 5 * 1024 * 1024;

const operations: Readonly<Record<string, Operation>> = {
  BatchCheckLayerAvailability: batchCheckLayerAvailability,
  BatchDeleteImage: batchDeleteImage,
  BatchGetImage: batchGetImage,
  CreateRepository: createRepository,
  DeleteRepositoryPolicy: deleteRepositoryPolicy,
  DescribeImages: describeImages,
  DescribeRepositories: describeRepositories,
  GetAuthorizationToken: getAuthorizationToken,
  GetDownloadUrlForLayer: getDownloadUrlForLayer,
  GetRepositoryPolicy: getRepositoryPolicy,
  ListImageReferrers: listImageReferrers,
  ListImages: listImages,
  PutImage: putImage,
  SetRepositoryPolicy: setRepositoryPolicy,
  UpdateImageStorageClass: updateImageStorageClass,
};

/** What was asked, for the request log and the fault switches. */
export interface EcrRequest {
  readonly operation: string;
  readonly repository: string | undefined;
}

/** What the endpoint needs beyond its operations: who calls, what stands in the way, who is told. */
export interface EcrServerParts extends EcrParts {
  readonly iam: Iam;
  /** Runs before each call and may delay or refuse it (throttling, faults). */
  readonly gate: (request: EcrRequest) => Promise<void>;
  readonly log: (request: EcrRequest, outcome: string, principal: string | undefined) => void;
}

/** The ECR endpoint: AWS JSON 1.1, the operation in `X-Amz-Target`. */
export function ecrHandler(parts: EcrServerParts): Handler {
  return async (request, response) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^AmazonEC2ContainerRegistry_V20150921\./, '');
    let asked: EcrRequest = { operation, repository: undefined };
    let verified: Verified<Credential> | undefined;
    try {
      const body = await readBody(request, bodyBytesMax);
      const members = parseBody(body);
      asked = { operation, repository: typeof members['repositoryName'] === 'string' ? members['repositoryName'] : undefined };
      const perform = operations[operation];
      if (perform === undefined) throw ecrError('UnknownOperationException', `the development cloud does not know ${operation}`);
      verified = verifySignature(request, body, 'ecr', parts.clock.now(), (id) => parts.iam.findCredential(id));
      await parts.gate(asked);
      const call = {
        ...parts,
        credential: verified.credential,
        region: verified.region,
        input: new Input(members),
        action: `ecr:${operation}`,
      };
      send(response, 200, await perform(call));
      parts.log(asked, '200', arnOf(verified.credential.principal));
    } catch (error) {
      const refusal = asAwsError(error);
      send(response, refusal.status, { ...refusal.fields, __type: refusal.code, message: refusal.message });
      parts.log(asked, refusal.code, verified && arnOf(verified.credential.principal));
    }
  };
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  };
  response.writeHead(status, headers).end(body);
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> {
  const members = parseRecord(body.length === 0 ? '{}' : body.toString('utf8'));
  if (members === undefined) throw ecrError('SerializationException', 'the body is no JSON object');
  return members;
}

/** ECR's own codes for what is wrong with a signature. */
const signatureCodes: Readonly<Record<SignatureReason, string>> = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  'unknown-key': 'UnrecognizedClientException',
  'expired-session': 'ExpiredTokenException',
  expired: 'InvalidSignatureException',
  'not-yet-current': 'InvalidSignatureException',
  mismatch: 'InvalidSignatureException',
};

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof SignatureError) return ecrError(signatureCodes[error.reason], error.message);
  throw error;
}
