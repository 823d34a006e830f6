import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandOutput,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  GetRepositoryPolicyCommand,
  ListImageReferrersCommand,
  ListImagesCommand,
  PutImageCommand,
  SetRepositoryPolicyCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import type { Cloud } from '@tidewaiter/dev-cloud/cloud';
import tap, { type Test } from 'tap';
import { adminEcr, cloudFor, ecrClient } from '../clients.ts';
import { allowAll, artifactOf, fails, indexOf, sha256, smallImage, until, Webhook } from '../fixtures.ts';

async function setUp(t: Test): Promise<{ cloud: Cloud; ecr: ECRClient }> {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  return { cloud, ecr: adminEcr(cloud) };
}

void tap.test('repositories are described by name, or all in pages of at most a thousand', async (t) => {
  const { cloud, ecr } = await setUp(t);
  for (const name of ['b', 'c', 'd'].map((letter) => `team/${letter}`)) await cloud.createRepository({ name });
  const first = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 3 }));
  t.same(
    first.repositories?.map((repository) => repository.repositoryName),
    ['app', 'team/b', 'team/c'],
  );
  await cloud.createRepository({ name: 'early' });
  const rest = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 3, nextToken: first.nextToken ?? '' }));
  t.same(
    rest.repositories?.map((repository) => repository.repositoryName),
    ['team/d'],
    'what is created meanwhile neither repeats nor hides another',
  );
  t.equal(rest.nextToken, undefined);
  const named = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['app'] }));
  t.match(named.repositories?.[0], {
    repositoryArn: 'arn:aws:ecr:eu-west-1:123456789012:repository/app',
    registryId: '123456789012',
    repositoryUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app',
    imageTagMutability: 'MUTABLE',
    encryptionConfiguration: { encryptionType: 'AES256' },
  });
  t.type(named.repositories?.[0]?.createdAt, Date);
  const unknown = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['app', 'nope'] }));
  await fails(
    t,
    unknown,
    /^RepositoryNotFoundException: The repository with name 'nope' does not exist in the registry with id '123456789012'$/,
  );
  const both = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['app'], maxResults: 1 }));
  await fails(t, both, /^InvalidParameterException: .*'maxResults'/);
  t.ok(await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1000 })));
  const much = ecr.send(new DescribeRepositoriesCommand({ maxResults: 1001 }));
  await fails(
    t,
    much,
    /^InvalidParameterException: Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'$/,
  );
  await fails(t, ecr.send(new DescribeRepositoriesCommand({ maxResults: 0 })), /greater than or equal to 1/);
  await fails(t, ecr.send(new DescribeRepositoriesCommand({ nextToken: 'nonsense' })), /'nextToken'/);
});

void tap.test('images are described by id, up to a hundred, or by filter in pages', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const [one, two] = [smallImage('one'), smallImage('two', 5000)];
  await cloud.putImage({ repository: 'app', ...one });
  await cloud.putImage({ repository: 'app', ...two });
  const index = indexOf(one.manifest, two.manifest);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...index });
  const size = two.blobs.reduce((sum, blob) => sum + blob.length, 0);
  const described = await ecr.send(
    new DescribeImagesCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }, { imageDigest: sha256(one.manifest) }] }),
  );
  t.match(described.imageDetails?.[0], {
    imageTags: ['v1'],
    imageSizeInBytes: size,
    imageStatus: 'ACTIVE',
    imageManifestMediaType: index.mediaType,
  });
  t.match(described.imageDetails?.[1], { artifactMediaType: 'application/vnd.oci.image.config.v1+json', imageTags: undefined });

  const all: string[] = [];
  let nextToken: string | undefined;
  do {
    const page: DescribeImagesCommandOutput = await ecr.send(
      new DescribeImagesCommand({ repositoryName: 'app', maxResults: 1, ...(nextToken === undefined ? {} : { nextToken }) }),
    );
    all.push(...(page.imageDetails ?? []).map((image) => image.imageDigest ?? ''));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  t.same(all, [sha256(one.manifest), sha256(two.manifest), sha256(index.manifest)].sort());
  const tagged = await ecr.send(new DescribeImagesCommand({ repositoryName: 'app', filter: { tagStatus: 'TAGGED' } }));
  t.equal(tagged.imageDetails?.length, 1);

  t.equal((await ecr.send(new DescribeImagesCommand({ repositoryName: 'app', imageIds: v1Times(100) }))).imageDetails?.length, 100);
  const many = ecr.send(new DescribeImagesCommand({ repositoryName: 'app', imageIds: v1Times(101) }));
  await fails(
    t,
    many,
    /^InvalidParameterException: Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'$/,
  );
  await fails(
    t,
    ecr.send(new DescribeImagesCommand({ repositoryName: 'app', imageIds: v1Times(1), maxResults: 5 })),
    /^InvalidParameterException/,
  );
  const absent = ecr.send(new DescribeImagesCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v9' }] }));
  await fails(
    t,
    absent,
    /^ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name 'app'/,
  );
  const other = ecr.send(new DescribeImagesCommand({ repositoryName: 'nope' }));
  await fails(t, other, /^RepositoryNotFoundException/);
  await fails(
    t,
    ecr.send(new DescribeImagesCommand({ repositoryName: 'App' })),
    /^InvalidParameterException: Invalid parameter at 'repositoryName'/,
  );
});

void tap.test('images are listed one a tag; manifests are got with failures beside them', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const image = smallImage('one');
  for (const tag of ['a', 'b']) await cloud.putImage({ repository: 'app', tag, ...image });
  const { digest } = await cloud.putImage({ repository: 'app', ...smallImage('two') });
  const { imageIds = [] } = await ecr.send(new ListImagesCommand({ repositoryName: 'app' }));
  t.same(imageIds.map((id) => id.imageTag ?? '').sort(), ['', 'a', 'b']);
  const untagged = await ecr.send(new ListImagesCommand({ repositoryName: 'app', filter: { tagStatus: 'UNTAGGED' } }));
  t.same(untagged.imageIds, [{ imageDigest: digest }]);

  const first = await ecr.send(new ListImagesCommand({ repositoryName: 'app', maxResults: 2 }));
  const rest = await ecr.send(new ListImagesCommand({ repositoryName: 'app', maxResults: 2, nextToken: first.nextToken ?? '' }));
  t.same([...(first.imageIds ?? []), ...(rest.imageIds ?? [])], imageIds, 'two pages are the whole');
  const elsewhere = new DescribeImagesCommand({ repositoryName: 'app', nextToken: first.nextToken ?? '' });
  await fails(t, ecr.send(elsewhere), /^InvalidParameterException: .*'nextToken'/);

  const wanted = [{ imageTag: 'a' }, { imageTag: 'z' }, {}, { imageDigest: 'sha256:zz' }, { imageTag: 'a', imageDigest: digest }];
  const got = await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: wanted }));
  t.match(got.images, [{ imageId: { imageTag: 'a', imageDigest: sha256(image.manifest) }, imageManifest: image.manifest.toString() }]);
  t.same(
    got.failures?.map((failure) => failure.failureCode),
    ['ImageNotFound', 'MissingDigestAndTag', 'InvalidImageDigest', 'ImageTagDoesNotMatchDigest'],
  );
  const index = indexOf(image.manifest);
  await cloud.putImage({ repository: 'app', tag: 'multi', ...index });
  const narrow = await ecr.send(
    new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'multi' }], acceptedMediaTypes: [image.mediaType] }),
  );
  t.match(
    narrow.failures,
    [{ failureCode: 'ImageNotFound', failureReason: /client accepts/ }],
    'an index is not given to who did not ask for one',
  );
});

void tap.test('layers are checked and handed out only where an image names them', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const image = smallImage('one');
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  await cloud.createRepository({ name: 'other' });
  const digests = [sha256(image.layer), sha256('nothing'), 'nonsense'];
  const checked = await ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName: 'app', layerDigests: digests }));
  t.match(checked.layers, [
    { layerAvailability: 'AVAILABLE', layerSize: image.layer.length, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' },
    { layerAvailability: 'UNAVAILABLE' },
  ]);
  t.match(checked.failures, [{ layerDigest: 'nonsense', failureCode: 'InvalidLayerDigest' }]);
  const elsewhere = ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'other', layerDigest: sha256(image.layer) }));
  await fails(t, elsewhere, /^LayersNotFoundException/);
  cloud.deleteImage({ repository: 'app', imageTag: 'v1' });
  const malformed = ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest: 'sha256' }));
  await fails(t, malformed, /^InvalidParameterException: Invalid parameter at 'layerDigest'/);
  const orphan = ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest: sha256(image.layer) }));
  await fails(t, orphan, /^LayerInaccessibleException: The specified layer is not available because it is not associated with an image/);
});

void tap.test('an archived image is hidden, cannot be pulled, and comes back', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const webhook = await Webhook.start();
  t.teardown(() => webhook.close());
  const image = smallImage('one');
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  cloud.createRule({ name: 'all', url: webhook.url });
  cloud.setImageStatus({ repository: 'app', imageTag: 'v1', status: 'ARCHIVED' });
  t.same((await ecr.send(new DescribeImagesCommand({ repositoryName: 'app' }))).imageDetails, []);
  const any = await ecr.send(new DescribeImagesCommand({ repositoryName: 'app', filter: { imageStatus: 'ANY' } }));
  t.match(any.imageDetails, [{ imageStatus: 'ARCHIVED' }]);
  const got = await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] }));
  t.match(got.failures, [{ failureCode: 'ImageInaccessible' }]);
  const layer = { repositoryName: 'app', layerDigest: sha256(image.layer) };
  await fails(t, ecr.send(new GetDownloadUrlForLayerCommand(layer)), /^LayerInaccessibleException/);
  const checked = await ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName: 'app', layerDigests: [sha256(image.layer)] }));
  t.match(checked.layers, [{ layerAvailability: 'ARCHIVED' }]);
  cloud.setImageStatus({ repository: 'app', imageTag: 'v1', status: 'ACTIVE' });
  t.ok((await ecr.send(new GetDownloadUrlForLayerCommand(layer))).downloadUrl);
  cloud.deleteImage({ repository: 'app', imageDigest: sha256(image.manifest) });
  await until(() => webhook.received.length === 3);
  t.match(
    webhook.received.map(({ detail }) => detail),
    [
      { 'action-type': 'UPDATE_STORAGE_CLASS', 'target-storage-class': 'ARCHIVE' },
      { 'action-type': 'UPDATE_STORAGE_CLASS', 'target-storage-class': 'STANDARD', 'last-activated-at': String },
      { 'action-type': 'DELETE', 'image-tag': 'v1', 'image-digest': sha256(image.manifest) },
    ],
  );
});

void tap.test('a tag that moves leaves the old image untagged, and the same push again is no event', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const [one, two] = [smallImage('one'), smallImage('two')];
  await cloud.putImage({ repository: 'app', tag: 'v1', ...one });
  await cloud.putImage({ repository: 'app', tag: 'v1', ...one });
  await cloud.putImage({ repository: 'app', tag: 'v1', ...two });
  t.equal(cloud.counters().events['emitted'], 2);
  const old = await ecr.send(new DescribeImagesCommand({ repositoryName: 'app', imageIds: [{ imageDigest: sha256(one.manifest) }] }));
  t.equal(old.imageDetails?.[0]?.imageTags, undefined);
});

void tap.test('referrers are listed by their subject', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const image = smallImage('one');
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  for (const type of ['application/vnd.example.sbom', 'application/vnd.example.signature']) {
    await cloud.putImage({ repository: 'app', ...artifactOf(image, type) });
  }
  const subjectId = { imageDigest: sha256(image.manifest) };
  const all = await ecr.send(new ListImageReferrersCommand({ repositoryName: 'app', subjectId }));
  t.equal(all.referrers?.length, 2);
  const artifactTypes = ['application/vnd.example.sbom'];
  const some = await ecr.send(new ListImageReferrersCommand({ repositoryName: 'app', subjectId, filter: { artifactTypes } }));
  t.match(some.referrers, [{ artifactType: 'application/vnd.example.sbom', artifactStatus: 'ACTIVE' }]);
  const referrer = await ecr.send(
    new DescribeImagesCommand({ repositoryName: 'app', imageIds: [{ imageDigest: some.referrers?.[0]?.digest ?? '' }] }),
  );
  t.equal(referrer.imageDetails?.[0]?.subjectManifestDigest, subjectId.imageDigest);
  await fails(t, ecr.send(new ListImageReferrersCommand({ repositoryName: 'app', subjectId, maxResults: 51 })), /less than or equal to 50/);
});

void tap.test('a repository policy is given back as it was put', async (t) => {
  const { cloud, ecr } = await setUp(t);
  await fails(t, ecr.send(new GetRepositoryPolicyCommand({ repositoryName: 'app' })), /^RepositoryPolicyNotFoundException/);
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }] };
  cloud.putRepositoryPolicy({ repository: 'app' }, policy);
  const got = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName: 'app' }));
  t.same(JSON.parse(got.policyText ?? ''), policy);
});

void tap.test('another region is another registry', async (t) => {
  const { cloud } = await setUp(t);
  const keys = cloud.createAccessKey({ user: 'admin', policies: [allowAll] });
  const elsewhere = ecrClient(cloud, keys, 'us-east-1');
  t.same((await elsewhere.send(new DescribeRepositoriesCommand({}))).repositories, []);
  await fails(t, elsewhere.send(new DescribeImagesCommand({ repositoryName: 'app' })), /^RepositoryNotFoundException/);
});

void tap.test('hostile images can be stored unchecked, and only so', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const digest = sha256('what it is not');
  const manifest = Buffer.from('no json');
  await fails(t, cloud.putImage({ repository: 'app', tag: 'bad', manifest }), /Invalid JSON syntax/);
  await cloud.putImage({ repository: 'app', tag: 'bad', manifest, unchecked: { digest } });
  const got = await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'bad' }] }));
  t.match(got.images, [{ imageId: { imageDigest: digest }, imageManifest: 'no json' }]);
  const index = indexOf(smallImage('not pushed').manifest);
  await fails(t, cloud.putImage({ repository: 'app', ...index }), /^ReferencedImagesNotFoundException/);
});

void tap.test('a client can do by the API what a setup verb does', async (t) => {
  const { cloud, ecr } = await setUp(t);
  const made = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'made', imageTagMutability: 'IMMUTABLE' }));
  t.match(made.repository, { repositoryName: 'made', imageTagMutability: 'IMMUTABLE' });
  await fails(t, ecr.send(new CreateRepositoryCommand({ repositoryName: 'made' })), /^RepositoryAlreadyExistsException/);

  const image = smallImage('one');
  const index = indexOf(image.manifest);
  await cloud.putImage({ repository: 'app', ...image });
  const put = { repositoryName: 'app', imageManifest: index.manifest.toString(), imageTag: 'v1' };
  t.match((await ecr.send(new PutImageCommand(put))).image, { imageId: { imageTag: 'v1', imageDigest: sha256(index.manifest) } });
  await fails(t, ecr.send(new PutImageCommand(put)), /^ImageAlreadyExistsException/);
  t.ok(await ecr.send(new PutImageCommand({ ...put, imageTag: 'v2' })), 'another tag');
  await fails(t, ecr.send(new PutImageCommand({ ...put, imageTag: 'v3', imageDigest: sha256('x') })), /^ImageDigestDoesNotMatchException/);

  const imageIds = [{ imageTag: 'v2' }, { imageDigest: sha256(image.manifest) }, { imageTag: 'v9' }, {}];
  const deleted = await ecr.send(new BatchDeleteImageCommand({ repositoryName: 'app', imageIds }));
  t.same(deleted.imageIds, [{ imageDigest: sha256(index.manifest), imageTag: 'v2' }]);
  t.same(
    deleted.failures?.map((failure) => failure.failureCode),
    ['ImageReferencedByManifestList', 'ImageNotFound', 'MissingDigestAndTag'],
  );
  const both = [{ imageDigest: sha256(index.manifest) }, { imageDigest: sha256(image.manifest) }];
  t.equal((await ecr.send(new BatchDeleteImageCommand({ repositoryName: 'app', imageIds: both }))).imageIds?.length, 2);
  t.same((await ecr.send(new ListImagesCommand({ repositoryName: 'app' }))).imageIds, []);
  t.match(cloud.counters().events, { emitted: 6 }, 'three pushes and three deletions');

  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const move = (targetStorageClass: 'ARCHIVE' | 'STANDARD') =>
    ecr.send(new UpdateImageStorageClassCommand({ repositoryName: 'app', imageId: { imageTag: 'v1' }, targetStorageClass }));
  t.equal((await move('ARCHIVE')).imageStatus, 'ARCHIVED');
  t.equal((await move('STANDARD')).imageStatus, 'ACTIVATING');
  t.equal((await move('STANDARD')).imageStatus, 'ACTIVE');

  const policyText = JSON.stringify({
    Version: '2008-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
  });
  t.match(await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'app', policyText })), { policyText });
  const unknown = policyText.replace('"Principal"', '"NotPrincipal"');
  await fails(
    t,
    ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'app', policyText: unknown })),
    /^InvalidParameterException: .*NotPrincipal/,
  );
  t.match(await ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName: 'app' })), { policyText });
  await fails(t, ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName: 'app' })), /^RepositoryPolicyNotFoundException/);
});

function v1Times(count: number): { imageTag: string }[] {
  return Array.from({ length: count }, () => ({ imageTag: 'v1' }));
}
