import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsError } from '../http/index.ts';

/** A result's members in the order of the model; nested members are structures. */
export interface Members {
  readonly [name: string]: string | number | Members | undefined;
}

const xmlns = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Answers a call; as JSON where `Accept` asks for it, which STS does too. */
export function answer(request: IncomingMessage, response: ServerResponse, action: string, result: Members): void {
  const requestId = randomUUID();
  if (wantsJson(request)) {
    send(
      response,
      200,
      requestId,
      JSON.stringify({ [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } } }),
      true,
    );
    return;
  }
  const text = xml({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  send(response, 200, requestId, `<${action}Response xmlns="${xmlns}">${text}</${action}Response>\n`, false);
}

/** Answers with an error: `Receiver` for our side's, `Sender` for the caller's. */
export function answerError(request: IncomingMessage, response: ServerResponse, error: AwsError): void {
  const requestId = randomUUID();
  const members = { Type: error.status >= 500 ? 'Receiver' : 'Sender', Code: error.code, Message: error.message };
  if (wantsJson(request)) {
    send(response, error.status, requestId, JSON.stringify({ Error: members, RequestId: requestId }), true);
    return;
  }
  const text = xml({ Error: members, RequestId: requestId });
  send(response, error.status, requestId, `<ErrorResponse xmlns="${xmlns}">${text}</ErrorResponse>\n`, false);
}

function wantsJson(request: IncomingMessage): boolean {
  return request.headers.accept === 'application/json';
}

function send(response: ServerResponse, status: number, requestId: string, body: string, json: boolean): void {
  const type = json ? 'application/json' : 'text/xml';
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': requestId, 'content-length': Buffer.byteLength(body) }).end(body);
}

function xml(members: Members): string {
  return Object.entries(members)
    .map(([name, value]) => {
      if (value === undefined) return '';
      const text = typeof value === 'object' ? xml(value) : escapeXml(String(value));
      return `<${name}>${text}</${name}>`;
    })
    .join('');
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
