import type { Test } from 'tap';
import type { IssuerKey } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import { createWorkspace, engine, enrol, eventOf, hexOf, newId, registryOf, tokenOf } from '../samples.ts';

const first = { cursor: null, limit: 100 };

/** Workspaces, tokens, audit, sensors, registries, events, issuer keys. */
export async function tenancySuite(t: Test, stores: Stores): Promise<void> {
  await workspacesAndTokens(t, stores);
  await sensors(t, stores);
  await registries(t, stores);
  await events(t, stores);
  await nulCharacters(t, stores);
  await issuerKeys(t, stores);
}

async function nulCharacters(t: Test, stores: Stores): Promise<void> {
  await t.test('text with a NUL, which PostgreSQL cannot hold, is kept with a replacement character and never found by it', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = registryOf(workspaceId);
    await store.registries.create(registry.workspaceId, registry);
    await store.events.create(registry.workspaceId, eventOf(registry, 'id\0', { repository: 'a\0b' }));
    t.match((await store.events.list(workspaceId, registry.id, first)).items, [{ eventId: 'id\uFFFD', repository: 'a\uFFFDb' }]);
    t.equal(await store.workspaces.fetch(`${workspaceId}\0`), null);
  });
}

async function workspacesAndTokens(t: Test, stores: Stores): Promise<void> {
  await t.test('the first workspace is made once, even by two replicas', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const made = await Promise.all(
      [one, two, one, two].map((store, at) =>
        store.workspaces.createFirst(`w${at}`, { name: 'main', createdAt: 1 }, tokenOf(`w${at}`, 't')),
      ),
    );
    t.equal(made.filter(Boolean).length, 1);
    const workspaces = await one.workspaces.list();
    t.equal(workspaces.length, 1);
    t.match(await two.tokens.fetchByHash(hexOf(`${workspaces[0]?.id} t`)), { role: 'owner', workspaceId: workspaces[0]?.id });
  });

  await t.test('tokens are found by hash, changed and listed within their workspace only', async (t) => {
    const store = await stores.open(t);
    const [one, two] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    t.match(await store.workspaces.fetch(one), { id: one, name: 'one', createdAt: 1 });
    t.equal(await store.workspaces.fetch('nobody'), null);
    await store.tokens.create(one, { ...tokenOf(one, newId()), id: 'same' });
    await store.tokens.create(two, { ...tokenOf(two, newId()), id: 'same', role: 'viewer' });
    t.equal(await store.tokens.update(two, 'same', { lastUsedAt: 7 }), true);
    t.equal(await store.tokens.update(two, 'other', { lastUsedAt: 7 }), false);
    const owner = { role: 'owner', revokedAt: null };
    t.match((await store.tokens.list(one, first)).items, [owner, { id: 'same', workspaceId: one, revokedAt: null, lastUsedAt: null }]);
    t.match((await store.tokens.list(two, first)).items, [owner, { id: 'same', workspaceId: two, lastUsedAt: 7, role: 'viewer' }]);
    t.match(await store.tokens.fetch(two, 'same'), { workspaceId: two, role: 'viewer' });
    t.equal(await store.tokens.fetch(two, 'other'), null);
    t.equal(await store.tokens.fetchByHash('unknown'), null);
    await t.rejects(store.tokens.create(one, { ...tokenOf(one, newId()), id: 'same' }), { code: 'storage.conflict' });
    await t.rejects(store.tokens.create('nobody', tokenOf('nobody', newId())), { code: 'resource.not-found' });
  });

  await t.test('a workspace is made with its first owner token, or not at all', async (t) => {
    const store = await stores.open(t);
    const [one, two] = [newId(), newId()];
    const owner = tokenOf(one, newId());
    await store.workspaces.create(one, { name: 'one', createdAt: 1 }, owner);
    t.match(await store.tokens.fetchByHash(owner.tokenHash), { workspaceId: one, role: 'owner' });
    const taken = { ...tokenOf(two, newId()), tokenHash: owner.tokenHash };
    await t.rejects(store.workspaces.create(two, { name: 'two', createdAt: 1 }, taken), { code: 'storage.conflict' });
    t.equal(await store.workspaces.fetch(two), null, 'without its token it would be of no use to anyone');
  });

  await t.test('of owners who revoke each other at once, one stays', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const workspaceId = await createWorkspace(one);
    await one.tokens.create(workspaceId, { ...tokenOf(workspaceId, newId()), expiresAt: 1e15 });
    for (const _ of [1, 2, 3]) await one.tokens.create(workspaceId, tokenOf(workspaceId, newId()));
    const { items } = await one.tokens.list(workspaceId, first);
    const told = await Promise.all(items.map(({ id }, at) => (at % 2 === 0 ? one : two).tokens.revoke(workspaceId, id, 9)));
    t.equal(told.filter((answer) => answer === 'last-owner').length, 1);
    const left = (await two.tokens.list(workspaceId, first)).items.filter(({ revokedAt }) => revokedAt === null);
    t.match(left, [{ role: 'owner', expiresAt: null }]);
    t.equal(left.length, 1);
    const [last] = left;
    t.equal(await two.tokens.revoke(workspaceId, last?.id ?? '', 9), 'last-owner');
    const ended = items.find(({ id }) => id !== last?.id)?.id ?? '';
    t.equal(await one.tokens.revoke(workspaceId, ended, 10), 'revoked', 'it is so already');
    t.match(await one.tokens.fetch(workspaceId, ended), { revokedAt: 9 });
    t.equal(await one.tokens.revoke(workspaceId, 'nobody', 9), 'missing');
  });

  await t.test('lists come in pages, oldest first, and a cursor of another list changes nothing', async (t) => {
    const store = await stores.open(t);
    const [one, two] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    for (const workspaceId of [one, two, one, one])
      await store.audit.create(workspaceId, {
        id: newId(),
        at: 5,
        actor: 'system',
        action: 'test',
        subject: workspaceId,
        details: { a: [1] },
      });
    const page = await store.audit.list(one, { cursor: null, limit: 2 });
    t.equal(page.items.length, 2);
    const rest = await store.audit.list(one, { cursor: page.nextCursor, limit: 2 });
    t.match(rest, { items: [{ subject: one, details: { a: [1] } }], nextCursor: null });
    const ids = [...page.items, ...rest.items].map((entry) => entry.id);
    t.same(ids, [...ids].sort());
    t.equal(
      (await store.audit.list(two, { cursor: page.nextCursor, limit: 9 })).items.length,
      0,
      'the only entry of the other lies before it',
    );
    const exact = await store.audit.list(one, { cursor: null, limit: 3 });
    t.equal(exact.nextCursor, null, 'a full last page has no next one');
  });
}

async function sensors(t: Test, stores: Stores): Promise<void> {
  await t.test('an enrolment token is spent once per use, by whoever is first', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const workspaceId = await createWorkspace(one);
    const token = {
      workspaceId,
      id: newId(),
      tokenHash: 'hash',
      registryIds: ['r1'],
      usesLeft: 2,
      createdAt: 1,
      expiresAt: 100,
      revokedAt: null,
    };
    await one.sensors.createEnrolmentToken(token.workspaceId, token);
    const keys = { signingKey: { kty: 'OKP', x: 'a' }, encryptionKey: { kty: 'OKP', x: 'b' } };
    const rest = { name: 's', version: null, engine: null, createdAt: 1, lastSeenAt: null, revokedAt: null };
    const enrolled = await Promise.all([one, two, one].map((store) => store.sensors.enrol('hash', { id: newId(), ...keys, ...rest }, 99)));
    t.equal(enrolled.filter((sensor) => sensor !== null).length, 2);
    t.match(
      enrolled.find((sensor) => sensor !== null),
      { workspaceId, registryIds: ['r1'], signingKey: { x: 'a' } },
    );
    t.match((await two.sensors.listEnrolmentTokens(workspaceId, first)).items, [{ ...token, usesLeft: 0 }]);
    t.equal((await two.sensors.list(workspaceId, first)).items.length, 2);
  });

  await t.test('an enrolment token that is expired, revoked or unknown enrols nobody', async (t) => {
    const store = await stores.open(t);
    const [workspaceId, other] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const sensor = {
      id: newId(),
      name: 's',
      signingKey: {},
      encryptionKey: {},
      version: null,
      engine: null,
      createdAt: 1,
      lastSeenAt: null,
      revokedAt: null,
    };
    const token = {
      workspaceId,
      id: newId(),
      tokenHash: 'hash',
      registryIds: null,
      usesLeft: 9,
      createdAt: 1,
      expiresAt: 100,
      revokedAt: null,
    };
    await store.sensors.createEnrolmentToken(token.workspaceId, token);
    t.equal(await store.sensors.enrol('hash', sensor, 100), null, 'expired at the very ms');
    t.equal(await store.sensors.enrol('another', sensor, 99), null);
    t.equal(await store.sensors.updateEnrolmentToken(other, token.id, { revokedAt: 5 }), false, 'not from another workspace');
    t.ok(await store.sensors.enrol('hash', sensor, 99));
    t.equal(await store.sensors.updateEnrolmentToken(workspaceId, token.id, { revokedAt: 5 }), true);
    t.equal(await store.sensors.enrol('hash', { ...sensor, id: newId() }, 99), null);
    t.equal(await store.sensors.updateEnrolmentToken(workspaceId, token.id, { revokedAt: 7 }), true, 'it is so already');
    t.match((await store.sensors.listEnrolmentTokens(workspaceId, first)).items, [{ revokedAt: 5 }]);
    t.equal((await store.sensors.listEnrolmentTokens(other, first)).items.length, 0);
  });

  await t.test('a sensor is changed and read within its workspace; an assertion counts once', async (t) => {
    const store = await stores.open(t);
    const [one, two] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const sensor = await enrol(store, one);
    t.same(await store.sensors.fetchById(sensor.id), sensor);
    t.same(await store.sensors.fetch(one, sensor.id), sensor);
    t.equal(await store.sensors.fetch(two, sensor.id), null);
    t.equal(await store.sensors.update(two, sensor.id, { name: 'stolen' }), false);
    const changed = { ...engine, engineVersion: '2' };
    t.equal(await store.sensors.update(one, sensor.id, { engine: changed, lastSeenAt: 5 }), true);
    t.match(await store.sensors.fetch(one, sensor.id), { engine: changed, lastSeenAt: 5, name: sensor.name, revokedAt: null });
    t.equal(await store.sensors.update(one, sensor.id, { engine: null }), true);
    t.equal((await store.sensors.fetch(one, sensor.id))?.engine, null);
    for (const revokedAt of [6, 8]) t.equal(await store.sensors.update(one, sensor.id, { revokedAt }), true);
    t.match(await store.sensors.fetch(one, sensor.id), { revokedAt: 6, lastSeenAt: 5 }, 'revoked once');
    t.same((await store.sensors.list(two, first)).items, []);
    t.equal(await store.sensors.createAssertion(one, sensor.id, 'jti', 10), true);
    t.equal(await store.sensors.createAssertion(one, sensor.id, 'jti', 10), false);
    t.equal(await store.sensors.createAssertion(one, 'nobody', 'jti', 10), false);
    t.equal(await store.sensors.createAssertion(two, sensor.id, 'other', 10), false, 'not a sensor of that workspace');
  });
}

async function registries(t: Test, stores: Stores): Promise<void> {
  await t.test('two workspaces connect the same account, and neither sees the other', async (t) => {
    const store = await stores.open(t);
    const [one, two] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const [ours, theirs] = [registryOf(one), registryOf(two)];
    await store.registries.create(ours.workspaceId, ours);
    await store.registries.create(theirs.workspaceId, theirs);
    t.same(await store.registries.fetch(one, ours.id), ours);
    t.equal(await store.registries.fetch(two, ours.id), null);
    t.equal(await store.registries.update(two, ours.id, { intervalSeconds: 1 }), false);
    t.same((await store.registries.list(two, first)).items, [theirs]);
    await store.registries.createWebhookKey(two, theirs.id, { id: 'k', keyHash: 'h', createdAt: 1, expiresAt: null }, 2, 5);
    t.same(await store.registries.listWebhookKeys(one, theirs.id), []);
    t.equal(await store.registries.updateWebhookKey(one, theirs.id, 'k', { expiresAt: 0 }), false);
    t.same((await store.registries.fetchByWebhookKey('k'))?.registry, theirs);
    const stray = { id: 'k', keyHash: 'x', createdAt: 1, expiresAt: null };
    await t.rejects(store.registries.createWebhookKey(one, theirs.id, stray, 2, 5), { code: 'resource.not-found' });
  });

  await t.test('a host is connected once per workspace, and again after it was disconnected', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = registryOf(workspaceId);
    await store.registries.create(registry.workspaceId, registry);
    await t.rejects(store.registries.create(workspaceId, registryOf(workspaceId)), { code: 'storage.conflict' });
    t.equal(await store.registries.update(workspaceId, registry.id, { deletedAt: 5 }), true);
    await store.registries.create(workspaceId, registryOf(workspaceId));
    t.equal((await store.registries.list(workspaceId, first)).items.length, 1);
    t.match(await store.registries.fetch(workspaceId, registry.id), { deletedAt: 5 });
  });

  await t.test('due registries are the live ones whose time has come, longest waiting first', async (t) => {
    const store = await stores.open(t);
    const [one, two] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const late = registryOf(one, { nextSyncAt: 20 });
    const later = registryOf(two, { nextSyncAt: 30 });
    const gone = registryOf(one, { nextSyncAt: 10, host: 'gone.example', deletedAt: 5 });
    const future = registryOf(one, { nextSyncAt: 31, host: 'future.example' });
    for (const registry of [later, late, gone, future]) await store.registries.create(registry.workspaceId, registry);
    t.same(await store.registries.listDue(30, 10), [late, later]);
    t.same(await store.registries.listDue(30, 1), [late]);
    t.equal(await store.registries.update(one, late.id, { nextSyncAt: 99, syncedAt: 30 }), true);
    t.same(await store.registries.listDue(30, 10), [later]);
  });

  await t.test('as many webhook keys live at once as may, whoever makes them at the same time', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const workspaceId = await createWorkspace(one);
    const registry = registryOf(workspaceId);
    await one.registries.create(workspaceId, registry);
    const make = (store: typeof one, nowMs: number) => {
      const id = newId();
      return store.registries.createWebhookKey(
        workspaceId,
        registry.id,
        { id, keyHash: hexOf(id), createdAt: 1, expiresAt: null },
        2,
        nowMs,
      );
    };
    const made = await Promise.all([one, two, one, two, one, two].map((store) => make(store, 5)));
    t.equal(made.filter(Boolean).length, 2);
    const [a, b] = await two.registries.listWebhookKeys(workspaceId, registry.id);
    t.equal((await two.registries.listWebhookKeys(workspaceId, registry.id)).length, 2);
    t.equal(await one.registries.updateWebhookKey(workspaceId, registry.id, a?.id ?? '', { expiresAt: 50 }), true);
    t.equal(await make(one, 49), false, 'it lives until its time has come');
    t.equal(await make(one, 50), true);
    t.match(await two.registries.fetchByWebhookKey(a?.id ?? ''), { key: { ...a, expiresAt: 50 }, registry: { id: registry.id } });
    t.equal(await two.registries.fetchByWebhookKey('nobody'), null);
    await one.registries.update(workspaceId, registry.id, { deletedAt: 60 });
    t.match(await two.registries.fetchByWebhookKey(b?.id ?? ''), { key: b, registry: { deletedAt: 60 } });
  });

  await t.test('refused deliveries are counted with the key they named, at its registry only', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const [w1, w2] = [await createWorkspace(one), await createWorkspace(one, 'two')];
    const [ours, theirs] = [registryOf(w1), registryOf(w2)];
    await one.registries.create(w1, ours);
    await one.registries.create(w2, theirs);
    const ids = [newId(), newId()];
    for (const id of ids)
      await one.registries.createWebhookKey(w1, ours.id, { id, keyHash: hexOf(id), createdAt: 1, expiresAt: null }, 2, 5);
    t.same(await one.registries.countRejections(w1, ours.id), { count: 0, lastAt: null });
    const counted = ids.flatMap((id, at) => [one, two].map((store) => store.registries.createRejection(w1, ours.id, id, 7 + at)));
    t.same(await Promise.all(counted), [true, true, true, true]);
    t.equal(await one.registries.createRejection(w2, theirs.id, ids[0] ?? '', 9), false);
    t.same(await two.registries.countRejections(w1, ours.id), { count: 4, lastAt: 8 });
    t.same(await two.registries.countRejections(w2, theirs.id), { count: 0, lastAt: null });
  });
}

async function events(t: Test, stores: Stores): Promise<void> {
  await t.test('an event is stored once per registry, whoever delivers it twice', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const [w1, w2] = [await createWorkspace(one), await createWorkspace(one, 'two')];
    const [ours, theirs] = [registryOf(w1), registryOf(w2)];
    await one.registries.create(ours.workspaceId, ours);
    await one.registries.create(theirs.workspaceId, theirs);
    const created = await Promise.all([one, two, one].map((store) => store.events.create(ours.workspaceId, eventOf(ours, 'e1'))));
    t.same(created.filter(Boolean).length, 1);
    t.equal(
      await one.events.create(theirs.workspaceId, eventOf(theirs, 'e1')),
      true,
      "another registry's event of the same id is another event",
    );
    t.equal(await one.events.update(w2, ours.id, 'e1', { outcome: 'queued', outcomeReason: null }), false);
    t.equal(await one.events.update(w1, ours.id, 'e1', { outcome: 'ignored', outcomeReason: 'why' }), true);
    t.same(await two.events.count(w1, ours.id), { ignored: 1, waiting: 0, queued: 0, duplicate: 2, applied: 0 });
    t.match(await two.events.count(w2, theirs.id), { ignored: 0, waiting: 1, duplicate: 0 });
    t.match(await two.events.count(w2, ours.id), { waiting: 0, ignored: 0 });
    t.match((await one.events.list(w1, ours.id, first)).items, [{ outcome: 'ignored', outcomeReason: 'why', body: '{}', duplicates: 2 }]);
    t.equal(await one.events.create(w1, eventOf(ours, 'e1', { receivedAt: 9, outcome: 'waiting' })), false);
    t.match(
      (await two.events.list(w1, ours.id, first)).items,
      [{ outcome: 'ignored', receivedAt: 1, duplicates: 3 }],
      'one that came again leaves the event as it is',
    );
    t.notOk('listKey' in ((await one.events.list(w1, ours.id, first)).items[0] ?? {}));
  });

  await t.test('events are listed by time of receipt, and settled when their wait is over', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = registryOf(workspaceId);
    await store.registries.create(registry.workspaceId, registry);
    await store.events.create(registry.workspaceId, eventOf(registry, 'a', { receivedAt: 1_000_000_000_000, settleAt: 30 }));
    await store.events.create(registry.workspaceId, eventOf(registry, 'b', { receivedAt: 999_999_999_999, settleAt: 20 }));
    await store.events.create(
      registry.workspaceId,
      eventOf(registry, 'c', { receivedAt: 1_000_000_000_000, settleAt: 10, outcome: 'queued' }),
    );
    const page = await store.events.list(workspaceId, registry.id, { cursor: null, limit: 2 });
    t.same(
      page.items.map((event) => event.eventId),
      ['b', 'a'],
    );
    t.same(
      (await store.events.list(workspaceId, registry.id, { cursor: page.nextCursor, limit: 2 })).items.map((event) => event.eventId),
      ['c'],
    );
    t.same(
      (await store.events.listSettled(29, 9)).map((event) => event.eventId),
      ['b'],
    );
    t.same(
      (await store.events.listSettled(30, 9)).map((event) => event.eventId),
      ['b', 'a'],
    );
    t.equal(await store.events.prune(1_000_000_000_000), 0, 'the one before waits');
    t.equal(await store.events.prune(1_000_000_000_001), 1);
    t.equal((await store.events.list(workspaceId, registry.id, first)).items.length, 2);
  });

  await t.test('rejected deliveries are counted by what they claim, in a bounded number of rows', async (t) => {
    const store = await stores.open(t);
    t.same(await store.events.countRejections('1', 'r'), { count: 0, lastAt: null });
    for (let claim = 0; claim < 66; claim++) await store.events.createRejection(`${claim}`, 'r', claim);
    await store.events.createRejection('1', 'r', 5_000);
    t.same(await store.events.countRejections('1', 'r'), { count: 2, lastAt: 5_000 });
    t.same(await store.events.countRejections('63', 'r'), { count: 1, lastAt: 63 }, 'the last one with a row of its own');
    t.same(await store.events.countRejections('64', 'r'), { count: 0, lastAt: null });
    t.same(await store.events.countRejections('', ''), { count: 2, lastAt: 65 });
  });
}

async function issuerKeys(t: Test, stores: Stores): Promise<void> {
  await t.test('there is one active and one pending signing key, however many replicas make them', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const key = (kid: string, state: IssuerKey['state'], createdAt: number): IssuerKey => ({
      kid,
      publicJwk: { kty: 'RSA', kid },
      sealedPrivateKey: 'sealed',
      state,
      createdAt,
      activatedAt: null,
      retiredAt: null,
    });
    const made = await Promise.all([one, two, one].map((store, at) => store.issuerKeys.create(key(`k${at}`, 'active', 1))));
    t.equal(made.filter(Boolean).length, 1);
    t.equal(await one.issuerKeys.create(key('next', 'pending', 2)), true);
    t.equal(await one.issuerKeys.create(key('other', 'pending', 2)), false);
    const active = (await two.issuerKeys.list()).find((found) => found.state === 'active')?.kid ?? '';
    await t.rejects(
      two.issuerKeys.update('next', 'pending', 'active', 10),
      { code: 'storage.conflict' },
      'the active one is retired first',
    );
    t.equal(await two.issuerKeys.update(active, 'active', 'retiring', 10), true);
    t.equal(await two.issuerKeys.update('next', 'pending', 'active', 11), true);
    t.equal(await two.issuerKeys.update('next', 'pending', 'active', 12), false, 'it is not pending any more');
    t.match(await one.issuerKeys.list(), [
      { kid: active, state: 'retiring', retiredAt: 10 },
      { kid: 'next', state: 'active', activatedAt: 11, publicJwk: { kid: 'next' } },
    ]);
  });
}
