import { createHash } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { isDigest } from '@tidewaiter/shared/images';
import { isMediaType, isRepositoryName, isTag } from './ecr-names.ts';
import type { PushNotice } from './face.ts';

/** Wrappings taken off: an input transformer and one hand-made envelope around it. */
const WRAPS_MAX = 4;
/** Members that forwarders put an event in (API Gateway, SNS, Lambda, EventBridge Pipes). */
const wrappers = ['event', 'Event', 'body', 'Body', 'message', 'Message'] as const;
/** EventBridge's ids are UUIDs; room for other senders'. A longer one is stood in for by its digest: cut, two could become one. */
const EVENT_ID_LENGTH_MAX = 128;
/** Of a foreign account or region that an event names, for the reason it is ignored with; ours have 12 and some 15. */
const CLAIM_CHARACTERS_MAX = 64;
const HOUR_MS = 3_600_000;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a push webhook: EventBridge's envelope, an array with one of it, the same wrapped once or twice, or its `detail`
 * alone, as input transformers make it (EventBridge user guide, "Input transformation").
 * @throws webhook.body-invalid
 */
export function noticeOf(rawBody: string, nowMs: number): PushNotice {
  const event = unwrap(parse(rawBody), 0);
  const detail = membersOf(event['detail']) ?? membersOf(tryParse(event['detail'])) ?? event;
  const detailType = textOf(event['detail-type']) ?? 'ECR Image Action';
  const [repository, tag] = [textOf(detail['repository-name']), textOf(detail['image-tag'])];
  return {
    eventId: givenId(textOf(event['id'])) ?? idOf(rawBody, nowMs),
    account: claimed(textOf(event['account'])),
    region: claimed(textOf(event['region'])),
    action: actionOf(detailType, textOf(detail['action-type'])),
    succeeded: ['SUCCESS', null].includes(textOf(detail['result']) ?? textOf(detail['sync-status'])),
    misnamed: misnamedPart(repository, tag),
    repository: only(isRepositoryName, repository),
    digest: only(isDigest, textOf(detail['image-digest'])),
    tag: only(isTag, tag),
    mediaType: only(isMediaType, textOf(detail['manifest-media-type'])),
    storageClass: storageClassOf(textOf(detail['target-storage-class'])),
    happenedAt: timeOf(textOf(event['time']), nowMs),
  };
}

/** Account and region a body claims, for counting it under them; nothing else of an unauthenticated body is used. */
export function claimOf(rawBody: string): { readonly account: string; readonly region: string } {
  try {
    const event = unwrap(parse(rawBody), 0);
    const account = textOf(event['account']) ?? '';
    const region = textOf(event['region']) ?? '';
    return /^\d{12}$/.test(account) && /^[a-z0-9-]{1,32}$/.test(region) ? { account, region } : { account: '', region: '' };
  } catch {
    return { account: '', region: '' };
  }
}

function unwrap(value: unknown, wraps: number): Members {
  if (wraps > WRAPS_MAX) throw invalid('an event wrapped too often');
  if (typeof value === 'string') return unwrap(parse(value), wraps + 1);
  if (Array.isArray(value)) {
    if (value.length !== 1) throw invalid(`an array of ${value.length}`);
    return unwrap(value[0], wraps + 1);
  }
  const members = membersOf(value);
  if (members === null) throw invalid('no JSON object');
  if ('detail' in members || 'repository-name' in members) return members;
  const wrapper = wrappers.find((name) => name in members);
  if (wrapper !== undefined) return unwrap(members[wrapper], wraps + 1);
  if ('Records' in members) return unwrap(members['Records'], wraps + 1);
  throw invalid('an object without detail');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('not JSON');
  }
}

function tryParse(value: unknown): unknown {
  if (typeof value !== 'string') return null;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function membersOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** A text that says something: AWS sends '' for an untagged image's tag. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function only(isOne: (text: string) => boolean, text: string | null): string | null {
  return text !== null && isOne(text) ? text : null;
}

function misnamedPart(repository: string | null, tag: string | null): PushNotice['misnamed'] {
  if (repository !== null && !isRepositoryName(repository)) return 'repository';
  return tag !== null && !isTag(tag) ? 'tag' : null;
}

const claimed = (text: string | null): string | null => text?.slice(0, CLAIM_CHARACTERS_MAX) ?? null;

function givenId(id: string | null): string | null {
  return id === null || id.length <= EVENT_ID_LENGTH_MAX ? id : createHash('sha256').update(id).digest('hex');
}

function actionOf(detailType: string, actionType: string | null): PushNotice['action'] {
  if (detailType === 'ECR Pull Through Cache Action') return 'push';
  if (detailType === 'ECR Replication Action') return actionType === 'REPLICATE' ? 'push' : 'other';
  if (detailType !== 'ECR Image Action') return 'other';
  switch (actionType) {
    case 'PUSH':
      return 'push';
    case 'DELETE':
      return 'delete';
    case 'UPDATE_STORAGE_CLASS':
      return 'update-storage-class';
    default:
      return 'other';
  }
}

function storageClassOf(text: string | null): PushNotice['storageClass'] {
  return text === 'STANDARD' || text === 'ARCHIVE' ? text : null;
}

function timeOf(text: string | null, nowMs: number): number {
  const told = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(told) ? nowMs : Math.min(told, nowMs);
}

/** A bare detail has no id. The hour in it lets the same tag be pushed again, while a retried delivery is still one. */
function idOf(rawBody: string, nowMs: number): string {
  return createHash('sha256')
    .update(`${Math.floor(nowMs / HOUR_MS)} ${rawBody}`)
    .digest('hex');
}

const invalid = (got: string): TidewaiterError =>
  new TidewaiterError('webhook.body-invalid', {
    which: 'push event',
    got,
    want: "EventBridge's event, or its detail",
    remedy: 'Take the input transformer off the rule, or let it keep id, account, region and detail.',
  });
