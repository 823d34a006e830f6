/**
 * The admin API: the verbs of `Cloud` over HTTP, for a cloud that runs as a process of its own. JSON in, JSON out; 4xx answers
 * are `{"error": "…"}`. `accountId` and `region` may be left out everywhere (the cloud's defaults).
 *
 * GET    /_cloud/urls                 {urls, environment}: where everything listens, and the variables for an AWS SDK
 * POST   /_cloud/repositories         {name, tagMutability?: "MUTABLE" | "IMMUTABLE", policy?} -> {arn, uri, registryUrl}
 * DELETE /_cloud/repositories         {repository}
 * PUT    /_cloud/repository-policies  {repository, policy: {…} | null}
 * POST   /_cloud/oidc-providers       {url, clientIds?: ["sts.amazonaws.com"]} -> {arn}
 * POST   /_cloud/outbound-federation  {issuer?} -> {issuer, servedAt}: turns sts:GetWebIdentityToken on
 * POST   /_cloud/roles                {name, trustPolicy: {…}, policies?: [{…}], path?, maxSessionSeconds?} -> {arn}; replaces one of that name
 * POST   /_cloud/access-keys          {user, policies?: [{…}]} -> {arn, accessKeyId, secretAccessKey}
 * DELETE /_cloud/access-keys          {accessKeyId}
 * POST   /_cloud/images               {repository, tag?, layout: "/folder", reference?} -> {digest}; or
 *                                     {repository, tag?, manifest: base64, mediaType?, blobs?: [base64], unchecked?: true, digest?}
 * DELETE /_cloud/images               {repository, tag} | {repository, digest}
 * PUT    /_cloud/image-status         {repository, tag | digest, status: "ACTIVE" | "ARCHIVED" | "ACTIVATING"}
 * POST   /_cloud/rules                {name, url, header?: {name, value}, pattern?, retry?: {retriesMax, ageSecondsMax, delaysMs}, timeoutMs?}
 * DELETE /_cloud/rules                {name}
 * POST   /_cloud/events               {source, detailType, detail: {…}}: an event of any service (ECR's come by themselves)
 * GET    /_cloud/deliveries           every event on its way to a target, with its attempts
 * GET    /_cloud/dead-letters         what was given up, and why
 * POST   /_cloud/faults               {kind, repository?, digest?, operation?, count?, bytesPerSecond?, afterBytes?, delayMs?, code?, status?, message?} -> {id, …}
 * GET    /_cloud/faults
 * DELETE /_cloud/faults               {id?}
 * GET    /_cloud/counters             {blobs: {digest: {requests, complete, bytes}}, operations: {"ecr:…": n}, events: {emitted, …}}
 * DELETE /_cloud/counters
 * GET    /_cloud/requests             the log of calls
 * GET    /_cloud/credentials          {credentials: [{kind, text}], forgotten}: every credential that went through the cloud, in plain
 * PUT    /_cloud/clock                {offsetMs}
 * DELETE /_cloud/issuer-keys          STS forgets the keys of every issuer
 * PUT    /_cloud/instance-role        {roleArn: "…" | null} -> {environment}: the role that IMDSv2 gives (trusting ec2.amazonaws.com)
 * POST   /_cloud/tasks                {roleArn} -> {environment}: an ECS task with that role (trusting ecs-tasks.amazonaws.com)
 * PUT    /_cloud/pod-identity-associations  {namespace, serviceAccount, roleArn: "…" | null} (trusting pods.eks.amazonaws.com)
 * POST   /_cloud/projected-tokens     {file, audience, namespace, serviceAccount, seconds?} -> {environment}: writes the token file of
 *                                     IRSA (audience sts.amazonaws.com), of Pod Identity (pods.eks.amazonaws.com) or for any other verifier;
 *                                     the issuer is `urls.eksIssuer`
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cloud } from '../cloud/index.ts';
import { AwsError, listen, type LoopbackServer, parseRecord, readBody, SetupError } from '../http/index.ts';
import { Body } from './body.ts';
import { routes } from './routes.ts';

/** An image with its blobs in base64; larger ones come from an OCI layout. */
const bodyBytesMax = 64 * 1024 * 1024;

/** Serves the admin API of a cloud on loopback. */
export async function startAdmin(cloud: Cloud, port = 0): Promise<LoopbackServer> {
  return listen(async (request, response) => {
    try {
      send(response, 200, (await serve(cloud, request)) ?? {});
    } catch (error) {
      if (!(error instanceof SetupError || error instanceof AwsError)) throw error;
      send(response, error.status, { error: `${error.name === 'SetupError' ? '' : `${error.name}: `}${error.message}` });
    }
  }, port);
}

async function serve(cloud: Cloud, request: IncomingMessage): Promise<unknown> {
  // A page in a browser must not reach this by a name that resolves to loopback.
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(request.headers.host ?? ''))
    throw new SetupError('the admin API is reached by its loopback address only', 403);
  const name = /^\/_cloud\/([a-z-]+)$/.exec(request.url ?? '')?.[1] ?? '';
  const route = routes[`${request.method} ${name}`];
  if (route === undefined) throw new SetupError(`no admin verb ${request.method} ${request.url}`, 404);
  const bytes = await readBody(request, bodyBytesMax);
  return route.run(cloud, new Body(parse(bytes), route.members));
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  const members = parseRecord(bytes.length === 0 ? '{}' : bytes.toString('utf8'));
  if (members === undefined) throw new SetupError('the body must be a JSON object');
  return members;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}
