import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { serve, type TestServer } from '../test/fixtures.ts';

/** One answer of the cloud, as it went over the wire. */
export interface Recorded {
  readonly service: 'ecr' | 'sts';
  readonly operation: string;
  readonly status: number;
  readonly body: string;
}

/** A proxy in front of one endpoint that keeps every answer. It leaves the Host header alone: it is signed. */
export async function record(service: 'ecr' | 'sts', endpoint: string, into: Recorded[]): Promise<TestServer> {
  return serve((request, response) => void pass(service, endpoint, request, response, into));
}

async function pass(
  service: 'ecr' | 'sts',
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
  into: Recorded[],
): Promise<void> {
  const sent = await whole(request);
  const { hostname, port } = new URL(endpoint);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { hostname, port, method: request.method, path: request.url, headers: request.headers };
    httpRequest(options, resolve).on('error', reject).end(sent);
  });
  const body = await whole(answer);
  const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
  const operation = target ?? new URLSearchParams(sent.toString()).get('Action') ?? '';
  into.push({ service, operation, status: answer.statusCode ?? 0, body: body.toString() });
  response.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
