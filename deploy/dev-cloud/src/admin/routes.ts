import type { Cloud } from '../cloud/index.ts';
import { faultKinds } from '../faults/index.ts';
import { Body } from './body.ts';

/** A verb of the admin API. */
export interface Route {
  readonly members: readonly string[];
  /** What it returns is the answer's JSON; undefined is answered with `{}`. */
  readonly run: (cloud: Cloud, body: Body) => unknown;
}

const place = ['accountId', 'region'] as const;
const image = [...place, 'repository', 'tag', 'digest'] as const;

/** The verbs by method and path below `/_cloud/`; `server.ts` documents their bodies. */
export const routes: Readonly<Record<string, Route>> = {
  'POST repositories': {
    members: [...place, 'name', 'tagMutability', 'policy'],
    run: (cloud, body) => {
      const tagMutability = body.any('tagMutability') === undefined ? undefined : body.oneOf('tagMutability', ['MUTABLE', 'IMMUTABLE']);
      return cloud.createRepository({ ...placeOf(body), name: body.text('name'), tagMutability, policy: body.any('policy') });
    },
  },
  'DELETE repositories': {
    members: [...place, 'repository'],
    run: (cloud, body) => cloud.deleteRepository({ ...placeOf(body), repository: body.text('repository') }),
  },
  'PUT repository-policies': {
    members: [...place, 'repository', 'policy'],
    run: (cloud, body) => cloud.putRepositoryPolicy({ ...placeOf(body), repository: body.text('repository') }, body.any('policy') ?? null),
  },
  'POST oidc-providers': {
    members: ['accountId', 'url', 'clientIds'],
    run: (cloud, body) =>
      cloud.createOidcProvider({
        accountId: body.optionalText('accountId'),
        url: body.text('url'),
        clientIds: body.optionalTexts('clientIds'),
      }),
  },
  'POST outbound-federation': {
    members: ['accountId', 'issuer'],
    run: (cloud, body) =>
      cloud.enableOutboundFederation({ accountId: body.optionalText('accountId'), issuer: body.optionalText('issuer') }),
  },
  'POST roles': {
    members: ['accountId', 'name', 'path', 'trustPolicy', 'policies', 'maxSessionSeconds'],
    run: (cloud, body) =>
      cloud.createRole({
        accountId: body.optionalText('accountId'),
        name: body.text('name'),
        path: body.optionalText('path'),
        trustPolicy: body.any('trustPolicy'),
        policies: body.optionalList('policies'),
        maxSessionSeconds: body.optionalNumber('maxSessionSeconds'),
      }),
  },
  'POST access-keys': {
    members: ['accountId', 'user', 'policies'],
    run: (cloud, body) =>
      cloud.createAccessKey({
        accountId: body.optionalText('accountId'),
        user: body.text('user'),
        policies: body.optionalList('policies'),
      }),
  },
  'DELETE access-keys': { members: ['accessKeyId'], run: (cloud, body) => cloud.deleteAccessKey(body.text('accessKeyId')) },
  'POST images': { members: [...image, 'layout', 'reference', 'manifest', 'mediaType', 'blobs', 'unchecked'], run: putImage },
  'DELETE images': { members: image, run: (cloud, body) => cloud.deleteImage(imageOf(body)) },
  'PUT image-status': {
    members: [...image, 'status'],
    run: (cloud, body) => cloud.setImageStatus({ ...imageOf(body), status: body.oneOf('status', ['ACTIVE', 'ARCHIVED', 'ACTIVATING']) }),
  },
  'POST rules': { members: [...place, 'name', 'url', 'header', 'pattern', 'retry', 'timeoutMs'], run: createRule },
  'DELETE rules': { members: ['name'], run: (cloud, body) => cloud.deleteRule(body.text('name')) },
  'POST events': {
    members: [...place, 'source', 'detailType', 'detail'],
    run: (cloud, body) =>
      cloud.putEvent({ ...placeOf(body), source: body.text('source'), detailType: body.text('detailType'), detail: body.record('detail') }),
  },
  'GET deliveries': { members: [], run: (cloud) => cloud.deliveries() },
  'GET dead-letters': { members: [], run: (cloud) => cloud.deadLetters() },
  'POST faults': {
    members: ['kind', 'repository', 'digest', 'operation', 'count', 'bytesPerSecond', 'afterBytes', 'delayMs', 'code', 'status', 'message'],
    run: setFault,
  },
  'GET faults': { members: [], run: (cloud) => cloud.faults() },
  'DELETE faults': { members: ['id'], run: (cloud, body) => cloud.clearFaults(body.optionalText('id')) },
  'GET counters': { members: [], run: (cloud) => cloud.counters() },
  'DELETE counters': { members: [], run: (cloud) => cloud.resetCounters() },
  'GET requests': { members: [], run: (cloud) => cloud.requests() },
  'GET credentials': { members: [], run: (cloud) => cloud.credentials() },
  'PUT clock': { members: ['offsetMs'], run: (cloud, body) => cloud.setClockOffset(body.optionalNumber('offsetMs') ?? 0) },
  'DELETE issuer-keys': { members: [], run: (cloud) => cloud.clearIssuerKeys() },
  'PUT instance-role': {
    members: ['roleArn'],
    run: (cloud, body) => cloud.workloads.setInstanceRole(body.any('roleArn') === null ? undefined : body.text('roleArn')),
  },
  'POST tasks': { members: ['roleArn'], run: (cloud, body) => cloud.workloads.startTask(body.text('roleArn')) },
  'PUT pod-identity-associations': {
    members: ['namespace', 'serviceAccount', 'roleArn'],
    run: (cloud, body) => cloud.workloads.associate(accountOf(body), body.any('roleArn') === null ? null : body.text('roleArn')),
  },
  'POST projected-tokens': {
    members: ['file', 'audience', 'namespace', 'serviceAccount', 'seconds'],
    run: (cloud, body) =>
      cloud.workloads.projectToken({
        ...accountOf(body),
        file: body.text('file'),
        audience: body.text('audience'),
        seconds: body.optionalNumber('seconds'),
      }),
  },
  'GET urls': { members: [], run: (cloud) => ({ urls: cloud.urls, environment: cloud.environment }) },
};

function putImage(cloud: Cloud, body: Body): unknown {
  const target = { ...placeOf(body), repository: body.text('repository'), tag: body.optionalText('tag') };
  const layout = body.optionalText('layout');
  if (layout !== undefined) return cloud.putLayoutImage({ ...target, layout, reference: body.optionalText('reference') });
  return cloud.putImage({
    ...target,
    manifest: Buffer.from(body.text('manifest'), 'base64'),
    mediaType: body.optionalText('mediaType'),
    blobs: body.optionalTexts('blobs')?.map((blob) => Buffer.from(blob, 'base64')),
    unchecked: body.any('unchecked') === true ? { digest: body.optionalText('digest') } : undefined,
  });
}

function createRule(cloud: Cloud, body: Body): unknown {
  const header = body.optionalObject('header', ['name', 'value']);
  const retry = body.optionalObject('retry', ['retriesMax', 'ageSecondsMax', 'delaysMs']);
  return cloud.createRule({
    ...placeOf(body),
    name: body.text('name'),
    url: body.text('url'),
    header: header === undefined ? undefined : { name: header.text('name'), value: header.text('value') },
    pattern: body.any('pattern'),
    retry: {
      retriesMax: retry?.optionalNumber('retriesMax'),
      ageSecondsMax: retry?.optionalNumber('ageSecondsMax'),
      delaysMs: retry?.optionalNumbers('delaysMs'),
    },
    timeoutMs: body.optionalNumber('timeoutMs'),
  });
}

function setFault(cloud: Cloud, body: Body): unknown {
  return cloud.setFault({
    kind: body.oneOf('kind', faultKinds),
    repository: body.optionalText('repository'),
    digest: body.optionalText('digest'),
    operation: body.optionalText('operation'),
    count: body.optionalNumber('count'),
    bytesPerSecond: body.optionalNumber('bytesPerSecond'),
    afterBytes: body.optionalNumber('afterBytes'),
    delayMs: body.optionalNumber('delayMs'),
    code: body.optionalText('code'),
    status: body.optionalNumber('status'),
    message: body.optionalText('message'),
  });
}

function placeOf(body: Body): { accountId: string | undefined; region: string | undefined } {
  return { accountId: body.optionalText('accountId'), region: body.optionalText('region') };
}

function accountOf(body: Body): { namespace: string; serviceAccount: string } {
  return { namespace: body.text('namespace'), serviceAccount: body.text('serviceAccount') };
}

function imageOf(body: Body) {
  return {
    ...placeOf(body),
    repository: body.text('repository'),
    imageTag: body.optionalText('tag'),
    imageDigest: body.optionalText('digest'),
  };
}
