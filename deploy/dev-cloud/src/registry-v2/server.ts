import type { Handler } from '../http/index.ts';
import { authenticate } from './basic-auth.ts';
import { getBlob, headBlob } from './blobs.ts';
import type { RegistryCall, RegistryParts } from './call.ts';
import { asRegistryError, RegistryError, sendRegistryError } from './errors.ts';
import { getManifest, listReferrers, listTags, putManifest } from './manifests.ts';
import { appendUpload, beginUpload, cancelUpload, finishUpload, uploadStatus } from './uploads.ts';

interface Endpoint {
  readonly name: string;
  readonly operation: string;
  readonly run: (call: RegistryCall) => Promise<void>;
}

/** An account's registry: the OCI distribution API as far as ECR has it (no deletes, no catalogue). */
export function registryHandler(parts: RegistryParts): Handler {
  return async (request, response) => {
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const endpoint = endpointOf(request.method ?? '', path);
    try {
      const credential = authenticate(request, parts);
      if (/^\/v2\/?$/.test(path)) {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      if (endpoint === undefined) throw new RegistryError(405, 'UNSUPPORTED', 'The operation is unsupported.');
      await parts.gate(endpoint.operation, endpoint.name);
      await endpoint.run({ ...parts, request, response, query: new URLSearchParams(query), credential, name: endpoint.name });
      parts.log(endpoint.operation, String(response.statusCode), endpoint.name);
    } catch (error) {
      const refusal = asRegistryError(error);
      // What was not read of the body must not be taken for the next request.
      if (!request.readableEnded) response.setHeader('connection', 'close');
      sendRegistryError(response, refusal);
      parts.log(endpoint?.operation ?? 'unknown', refusal.code, endpoint?.name);
    }
  };
}

function endpointOf(method: string, path: string): Endpoint | undefined {
  const [, name = '', kind = '', rest = ''] = /^\/v2\/(.+?)\/(blobs|manifests|tags|referrers)\/(.*)$/.exec(path) ?? [];
  const operation = `${method} ${rest.startsWith('uploads/') ? 'uploads' : kind}`;
  const run = runOf(operation, rest);
  return run === undefined ? undefined : { name, operation, run };
}

function runOf(operation: string, rest: string): Endpoint['run'] | undefined {
  const id = rest.replace(/^uploads\//, '');
  switch (operation) {
    case 'HEAD blobs':
      return (call) => headBlob(call, rest);
    case 'GET blobs':
      return (call) => getBlob(call, rest);
    case 'POST uploads':
      return beginUpload;
    case 'PATCH uploads':
      return (call) => appendUpload(call, id);
    case 'PUT uploads':
      return (call) => finishUpload(call, id);
    case 'GET uploads':
      return (call) => uploadStatus(call, id);
    case 'DELETE uploads':
      return (call) => cancelUpload(call, id);
    case 'GET manifests':
    case 'HEAD manifests':
      return (call) => getManifest(call, rest);
    case 'PUT manifests':
      return (call) => putManifest(call, rest);
    case 'GET tags':
      return rest === 'list' ? listTags : undefined;
    case 'GET referrers':
      return (call) => listReferrers(call, rest);
    default:
      return undefined;
  }
}
