import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Where an API destination's requests go and what its connection adds to them. */
export interface ApiDestination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How one request ended. `none`: no answer within the limit, or no connection. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly kind: 'none'; readonly reason: string };

/** Bytes of an answer that are read; the rest is of no interest. EventBridge says so itself: `Range: bytes=0-1048575`. */
const answerBytesMax = 1_048_576;

/** Posts one event with the headers EventBridge sends (API destinations user guide), within `timeoutMs` for the whole exchange. */
export function invoke(destination: ApiDestination, body: string, timeoutMs: number): Promise<Answer> {
  const url = new URL(destination.url);
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = {
    'User-Agent': 'Amazon/EventBridge/ApiDestinations',
    'Content-Type': 'application/json; charset=utf-8',
    Range: `bytes=0-${answerBytesMax - 1}`,
    'Accept-Encoding': 'gzip,deflate',
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
    ...destination.headers,
  };
  return new Promise<Answer>((resolve) => {
    const call = open(url, { method: 'POST', headers, signal: AbortSignal.timeout(timeoutMs), agent: false }, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > answerBytesMax) response.destroy();
      });
      response.on('close', () =>
        resolve({ kind: 'status', status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }),
      );
      response.on('error', (error) => resolve({ kind: 'none', reason: error.message }));
    });
    call.on('error', (error) =>
      resolve({ kind: 'none', reason: error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message }),
    );
    call.end(body);
  });
}
