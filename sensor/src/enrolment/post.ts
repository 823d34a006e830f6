import { request } from 'undici';

/** For the answer's head, and for each pause in its body: a control plane at work answers within a second. */
const TIMEOUT_MS = 20_000;

/** An answer's head, and its body as it comes. */
export interface PostedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Posts a JSON text. @throws whatever the network says; redirects are answers. */
export type PostJson = (url: string, body: string, signal: AbortSignal) => Promise<PostedAnswer>;

/** The sensor's way to the control plane before it has keys, for the composition root. Node's own dispatcher, which follows no redirects. */
export const postJson: PostJson = (url, body, signal) =>
  request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    signal,
  });
