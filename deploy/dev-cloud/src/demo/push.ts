import type { BuiltBlob, BuiltImage } from '../images/index.ts';

/** Pushes an image the way docker does (distribution-spec, "Pushing"): missing blobs, then children, then the root under its tag. */
export async function pushImage(
  registryUrl: string,
  authorization: string,
  repository: string,
  tag: string,
  image: BuiltImage,
): Promise<void> {
  const target = new Target(registryUrl, authorization, repository);
  for (const blob of image.blobs) await target.blob(blob);
  for (const child of image.children) await target.manifest(child.digest, child);
  await target.manifest(tag, image.root);
}

class Target {
  readonly #base: string;
  readonly #authorization: string;

  constructor(registryUrl: string, authorization: string, repository: string) {
    this.#base = `${registryUrl}/v2/${repository}`;
    this.#authorization = authorization;
  }

  async blob({ digest, bytes }: BuiltBlob): Promise<void> {
    const there = await this.#send('HEAD', `${this.#base}/blobs/${digest}`);
    if (there.ok) return;
    const upload = expectStatus(await this.#send('POST', `${this.#base}/blobs/uploads/`), 202);
    const location = new URL(upload.headers.get('location') ?? '', this.#base);
    location.searchParams.set('digest', digest);
    expectStatus(await this.#send('PUT', location.href, bytes, 'application/octet-stream'), 201);
  }

  async manifest(reference: string, { bytes, mediaType }: BuiltBlob & { readonly mediaType: string }): Promise<void> {
    expectStatus(await this.#send('PUT', `${this.#base}/manifests/${reference}`, bytes, mediaType), 201);
  }

  #send(method: string, url: string, body?: Buffer, type?: string): Promise<Response> {
    const headers = { authorization: this.#authorization, ...(type === undefined ? {} : { 'content-type': type }) };
    return fetch(url, { method, headers, ...(body === undefined ? {} : { body: new Uint8Array(body) }) });
  }
}

function expectStatus(answer: Response, status: number): Response {
  if (answer.status === status) return answer;
  throw new Error(`the registry answered ${answer.status} instead of ${status} to ${answer.url}`);
}
