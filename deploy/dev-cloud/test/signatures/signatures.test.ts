import { BatchGetImageCommand, DescribeImagesCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import tap from 'tap';
import { adminEcr, cloudFor, ecrClient } from '../clients.ts';
import { allowAll, fails, record, sha256, smallImage } from '../fixtures.ts';

const describe = new DescribeRepositoriesCommand({});

void tap.test('ECR refuses a wrong key, an unknown key, an unsigned call and a changed body', async (t) => {
  const cloud = await cloudFor(t);
  const keys = cloud.createAccessKey({ user: 'u', policies: [allowAll] });
  t.match(keys.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  t.ok(await ecrClient(cloud, keys).send(describe));
  await fails(
    t,
    ecrClient(cloud, { ...keys, secretAccessKey: 'wrong' }).send(describe),
    /^InvalidSignatureException: The request signature we calculated does not match the signature you provided/,
  );
  const unknown = /^UnrecognizedClientException: The security token included in the request is invalid\.$/;
  await fails(t, ecrClient(cloud, { ...keys, accessKeyId: `AKIA${'A'.repeat(16)}` }).send(describe), unknown);
  await fails(t, ecrClient(cloud, { ...keys, sessionToken: 'not one' }).send(describe), unknown);
  cloud.deleteAccessKey(keys.accessKeyId);
  await fails(t, ecrClient(cloud, keys).send(describe), unknown);
  const target = { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories' };
  const unsigned = await fetch(cloud.urls.ecr, { method: 'POST', headers: target, body: '{}' });
  t.match([unsigned.status, await unsigned.json()], [400, { __type: 'MissingAuthenticationTokenException' }]);
});

void tap.test('a signed call cannot be turned into another one', async (t) => {
  const cloud = await cloudFor(t);
  const keys = cloud.createAccessKey({ user: 'u', policies: [allowAll] });
  const seen: { headers: Record<string, string>; body: string }[] = [];
  const ecr = ecrClient(cloud, keys);
  ecr.middlewareStack.add(
    (next) => async (args) => {
      const request: unknown = args.request;
      if (typeof request === 'object' && request !== null && 'headers' in request && 'body' in request) {
        const headers = Object.entries(record(request.headers)).map(([name, value]) => [name, String(value)] as const);
        seen.push({ headers: Object.fromEntries(headers), body: String(request.body) });
      }
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await ecr.send(new DescribeRepositoriesCommand({ maxResults: 5 }));
  const [call] = seen;
  const replay = async (headers: Record<string, string>, body = call?.body ?? '') => {
    const { host: _, ...sent } = { ...call?.headers, ...headers };
    const response = await fetch(cloud.urls.ecr, { method: 'POST', headers: sent, body });
    return [response.status, await response.text()];
  };
  t.match(await replay({}), [200, /repositories/], 'as it was');
  t.match(await replay({}, '{"maxResults":6}'), [400, /InvalidSignatureException/]);
  t.match(await replay({ 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' }), [
    400,
    /InvalidSignatureException/,
  ]);
  const authorization = call?.headers['authorization'] ?? '';
  t.match(await replay({ authorization: authorization.replace('/ecr/', '/sts/') }), [400, /scoped to correct service: 'ecr'/]);
  t.match(await replay({ authorization: authorization.replace('x-amz-target;', '').replace(';x-amz-target', '') }), [
    400,
    /IncompleteSignatureException/,
  ]);
  t.match(await replay({ authorization: 'Bearer x' }), [400, /IncompleteSignatureException/]);
});

void tap.test('a clock may be five minutes off, not more', async (t) => {
  const cloud = await cloudFor(t);
  // The SDK corrects its clock by the answer's Date header and an own retry; one attempt shows the refusal itself.
  const keys = cloud.createAccessKey({ user: 'u', policies: [allowAll] });
  for (const sign of [1, -1]) {
    cloud.setClockOffset(sign * 290_000);
    t.ok(await ecrClient(cloud, keys).send(describe));
  }
  cloud.setClockOffset(310_000);
  const early = /^InvalidSignatureException: Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/;
  await fails(t, ecrClient(cloud, keys).send(describe), early);
  cloud.setClockOffset(-310_000);
  const late =
    /^InvalidSignatureException: Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)$/;
  await fails(t, ecrClient(cloud, keys).send(describe), late);
});

void tap.test('above its rate an operation is throttled, and by a fault as often as set', async (t) => {
  // The clock stands, so that a slow machine does not refill what the calls use up.
  const start = Date.now();
  const cloud = await cloudFor(t, { now: () => start, ratesPerSecond: { DescribeRepositories: 3 } });
  await cloud.createRepository({ name: 'app' });
  const ecr = adminEcr(cloud);
  for (let i = 0; i < 3; i++) await ecr.send(describe);
  await fails(t, ecr.send(describe), /^ThrottlingException: Rate exceeded$/);
  cloud.setClockOffset(1_000);
  t.ok(await ecr.send(describe), 'a second later it is full again');
  const images = new DescribeImagesCommand({ repositoryName: 'app' });
  cloud.setFault({ kind: 'throttle', operation: 'DescribeImages', count: 2 });
  cloud.setFault({ kind: 'serverError', operation: 'DescribeImages', count: 1 });
  await fails(t, ecr.send(images), /^ServerException/);
  for (let i = 0; i < 2; i++) await fails(t, ecr.send(images), /^ThrottlingException/);
  t.ok(await ecr.send(images));
  cloud.setFault({
    kind: 'error',
    operation: 'DescribeImages',
    code: 'KmsException',
    message: 'The operation failed due to a KMS exception.',
    count: 1,
  });
  await fails(t, ecr.send(images), /^KmsException: The operation failed due to a KMS exception\.$/);
  const image = smallImage('a');
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  cloud.setFault({ kind: 'imageFailure', digest: sha256(image.manifest), code: 'UpstreamUnavailable', count: 1 });
  const get = new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] });
  t.match((await ecr.send(get)).failures, [{ failureCode: 'UpstreamUnavailable' }]);
  t.equal((await ecr.send(get)).images?.length, 1);
  t.throws(() => cloud.setFault({ kind: 'cut' }), /needs afterBytes/);
});
