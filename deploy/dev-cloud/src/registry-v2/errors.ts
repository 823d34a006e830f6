import type { ServerResponse } from 'node:http';
import { AwsError } from '../http/index.ts';

/** A refusal of the distribution API: an error code of the OCI distribution specification, or of ECR's own. */
export class RegistryError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** ECR's API errors as its registry words them: status and code of the distribution API, the same message. */
const translations: Readonly<Record<string, readonly [status: number, code: string]>> = {
  AccessDeniedException: [403, 'DENIED'],
  RepositoryNotFoundException: [404, 'NAME_UNKNOWN'],
  ImageNotFoundException: [404, 'MANIFEST_UNKNOWN'],
  ImageTagAlreadyExistsException: [400, 'TAG_INVALID'],
  ImageDigestDoesNotMatchException: [400, 'DIGEST_INVALID'],
  LayersNotFoundException: [404, 'BLOB_UNKNOWN'],
  LayerInaccessibleException: [404, 'BLOB_UNKNOWN'],
  ReferencedImagesNotFoundException: [404, 'MANIFEST_BLOB_UNKNOWN'],
  InvalidParameterException: [405, 'UNSUPPORTED'],
  ThrottlingException: [429, 'TOOMANYREQUESTS'],
  ServerException: [500, 'INTERNAL_ERROR'],
  RequestEntityTooLarge: [413, 'SIZE_INVALID'],
};

export function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (!(error instanceof AwsError)) throw error;
  const [status, code] = translations[error.code] ?? [400, 'UNSUPPORTED'];
  return new RegistryError(status, code, error.message);
}

export function sendRegistryError(response: ServerResponse, error: RegistryError): void {
  const body = JSON.stringify({ errors: [{ code: error.code, message: error.message }] });
  response.writeHead(error.status, { 'content-type': 'application/json; charset=utf-8', ...error.headers }).end(`${body}\n`);
}
