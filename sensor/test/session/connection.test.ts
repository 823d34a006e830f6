import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemOf, TidewaiterError } from '@tidewaiter/shared/errors';
import t from 'tap';
import { cloudWithImage, sensorFor } from './fixtures.ts';
import { folderFor, keyFile, startSensor } from './programs.ts';
import { assertionOf, problem, SENSOR_ID, StandIn, waitFor } from './stand-in.ts';

/** Some thirty processes are started, up to five seconds each on a machine with more to do. */
t.setTimeout(600_000);

t.test('enrols with the public halves of keys it keeps at 0600, and signs each upgrade anew', async (t) => {
  const { plane, sensor, folder, again } = await sensorFor(t);
  const { peer, hello } = await plane.welcomed();
  t.match(plane.enrolments[0], {
    token: 'a-token',
    signingKey: { kty: 'OKP', crv: 'Ed25519' },
    encryptionKey: { kty: 'OKP', crv: 'X25519' },
  });
  t.notMatch(JSON.stringify(plane.enrolments), /"d":/);
  const file = join(folder, 'state', 'identity.json');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(statSync(join(folder, 'state')).mode & 0o777, 0o700);
  t.match(hello, { protocols: [1], schemas: [1], concurrency: 2, leases: [], engine: { fingerprintKeyId: /^[0-9a-f]{16}$/ } });
  peer.socket.close(1012, 'restart');
  await plane.welcomed();
  const [first, second] = plane.upgrades.map(assertionOf);
  t.match(first?.header, { alg: 'EdDSA', kid: SENSOR_ID });
  t.match(first?.claims, { iss: SENSOR_ID, sub: SENSOR_ID, aud: plane.url });
  t.ok((first?.claims.exp ?? 0) - (first?.claims.iat ?? 0) <= 60);
  t.not(first?.claims.jti, second?.claims.jti);
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  again();
  await plane.welcomed();
  t.equal(plane.enrolments.length, 1, 'the keys outlive the process');
  const { d } = (JSON.parse(readFileSync(file, 'utf8')) as { signingKey: { d: string } }).signingKey;
  t.notMatch(sensor.log(), d);
  t.notMatch(sensor.log(), 'a-token');
});

t.test('survives frames that no control plane sends, and comes back', async (t) => {
  const hostile: readonly (readonly [string, string | Buffer, number])[] = [
    ['no JSON', 'no JSON', 1008],
    ['a deep nest', '['.repeat(100_000), 1008],
    ['binary', Buffer.from([1, 2, 3]), 1008],
    ['another version', JSON.stringify({ v: 2, type: 'offer', id: 'x', body: {} }), 1008],
    ['a wrong body', JSON.stringify({ v: 1, type: 'offer', id: 'x', body: { assignmentId: 7 } }), 1008],
    ['a frame of a sensor', JSON.stringify({ v: 1, type: 'goodbye', id: 'x', body: { reason: 'no' } }), 1008],
    ['a frame above 1 MiB', `"${'x'.repeat(1 << 20)}"`, 1009],
  ];
  const folder = folderFor(t);
  const meet = async ([name, text, code]: (typeof hostile)[number], at: number): Promise<void> => {
    const { plane: fresh, sensor: other } = await sensorFor(t, {}, join(folder, String(at)));
    const { peer } = await fresh.welcomed();
    peer.socket.send(JSON.stringify({ v: 1, type: 'of-a-newer-version', id: 'x', body: {} }));
    peer.send('ack', {}, 'nothing-that-was-asked');
    peer.socket.send(text);
    await waitFor(() => peer.closed !== null, 60_000, `the close after ${name}`);
    t.equal(peer.closed?.code, code, name);
    if (code === 1008) t.match(await peer.take('error'), { body: { code: /^protocol\./, retryable: false } }, name);
    t.ok(await fresh.welcomed(), 'it comes back');
    other.child.kill('SIGKILL');
  };
  await Promise.all(hostile.map(meet));
});

t.test('takes no offer before welcome', async (t) => {
  const { plane } = await sensorFor(t);
  const peer = await plane.next();
  await peer.take('hello');
  peer.send('offer', { assignmentId: randomUUID(), kind: 'sync' });
  t.match(await peer.take('error'), { body: { code: 'protocol.out-of-order' } });
  await waitFor(() => peer.closed !== null, 60_000, 'the close');
  t.ok(await plane.welcomed());
});

t.test('speaks no version but its own', async (t) => {
  const { plane, sensor } = await sensorFor(t);
  await plane.welcomed({ schema: 99 });
  await sensor.says(/got schemas 99, want one of 1.*"code":"protocol.schema-unsupported"/);
  t.ok(await plane.welcomed(), 'it tries again: the control plane may be mended');
});

t.test('stays away as long as a draining control plane says', async (t) => {
  const { plane } = await sensorFor(t);
  const { peer } = await plane.welcomed();
  const at = performance.now();
  peer.send('drain', { retryAfterMs: 2_500 });
  peer.send('offer', { assignmentId: randomUUID(), kind: 'sync' });
  peer.socket.close(1012, 'restart');
  await plane.welcomed();
  t.ok(performance.now() - at >= 2_500);
  t.notOk(
    peer.arrived.some(({ type }) => type === 'accept'),
    'an offer after drain is not taken',
  );
});

t.test('stays alive and says the remedy when it is revoked, and meets a proxy’s pages with patience', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 25_000, count: 1 });
  const { peer } = await plane.welcomed();
  await peer.assign(scan);
  plane.refusal = { status: 200, contentType: 'text/html', body: '<html>Sign in to the network</html>' };
  peer.socket.terminate();
  await sensor.says(/HTTP 200 with text\/html.*control-plane\.unreachable/);
  plane.refusal = { status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' };
  await sensor.says(/HTTP 502 with text\/html/);
  t.notMatch(sensor.log(), /work is stopped/, 'a network that fails stops no work');
  plane.refusal = problem(403, 'sensor.revoked');
  await sensor.says(/"code":"sensor.revoked".*"remedy":"mend sensor.revoked","nextProbeMs":300000/, 30_000);
  await sensor.says(/work is stopped/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(sensor.child.exitCode, null, 'it lives');
  sensor.child.kill('SIGTERM');
  t.equal(await sensor.ended, 0);
});

t.test('enrols anew, once, when a control plane does not know it and there is a token it has not used', async (t) => {
  const { plane, sensor, again } = await sensorFor(t);
  await plane.welcomed();
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  plane.refusal = problem(401, 'sensor.unknown');
  const second = again();
  await waitFor(() => plane.enrolments.length === 2, 60_000, 'the second enrolment');
  t.notSame(plane.enrolments[0]?.['signingKey'], plane.enrolments[1]?.['signingKey'], 'under new keys');
  await second.says(/"nextProbeMs":300000/);
  t.equal(plane.enrolments.length, 2);
  t.equal(second.child.exitCode, null);
});

t.test('enrols anew too when the control plane forgets it in the middle of a session', async (t) => {
  const { plane, sensor, again } = await sensorFor(t);
  await plane.welcomed();
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  again();
  const { peer } = await plane.welcomed();
  peer.socket.close(1008, 'sensor.unknown');
  await waitFor(() => plane.enrolments.length === 2, 60_000, 'the second enrolment');
});

t.test('keeps trying to enrol with a token that is refused, and says why, once', async (t) => {
  const plane = await StandIn.start(t);
  const said = problemOf(
    new TidewaiterError('enrolment.invalid', { which: 'enrolment token', got: 'one that is spent', remedy: 'Make one.' }),
  );
  plane.enrolRefusal = { status: 401, contentType: 'application/problem+json', body: JSON.stringify(said) };
  const folder = folderFor(t);
  keyFile(folder);
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'spent-token' });
  await sensor.says(
    new RegExp(
      `"message":"${said.title}: control plane \\(got enrolment token \\(got one that is spent\\)\\)\\. Make one\\.","code":"enrolment.invalid"}`,
    ),
  );
  t.equal(sensor.child.exitCode, null);
  t.notMatch(sensor.log(), /spent-token/);
  sensor.child.kill('SIGTERM');
  t.equal(await sensor.ended, 0);
});

t.test('two sensors do not share a state folder, and none starts without a key', async (t) => {
  const { plane, folder, again } = await sensorFor(t);
  await plane.welcomed();
  const second = again();
  t.equal(await second.ended, 2);
  t.match(second.log(), /another sensor uses.*config\.conflict/);
  const keyless = startSensor(t, {
    folder: join(folder, 'other'),
    controlPlaneUrl: plane.url,
    env: { TIDEWAITER_FINGERPRINT_KEY_FILE: '' },
  });
  t.equal(await keyless.ended, 2);
  t.match(keyless.log(), /TIDEWAITER_FINGERPRINT_KEY_FILE.*tidewaiter-sensor keygen/);
  const short = join(folder, 'short.key');
  writeFileSync(short, 'too short');
  const keyed = startSensor(t, {
    folder: join(folder, 'third'),
    controlPlaneUrl: plane.url,
    env: { TIDEWAITER_FINGERPRINT_KEY_FILE: short },
  });
  t.equal(await keyed.ended, 2);
  t.match(keyed.log(), /got 9 bytes, want 32 bytes, or their base64/);
  const tokenless = startSensor(t, {
    folder: join(folder, 'fourth'),
    controlPlaneUrl: plane.url,
    env: { TIDEWAITER_FINGERPRINT_KEY_FILE: join(folder, 'fingerprint.key') },
  });
  t.equal(await tokenless.ended, 2);
  t.match(tokenless.log(), /TIDEWAITER_ENROLMENT_TOKEN.*enrolment-tokens/);
});

t.test('a sensor revoked while it works stops at once, and stays', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 8_000, count: 1 });
  const { peer } = await plane.welcomed();
  await peer.assign(scan);
  peer.send('error', { code: 'sensor.revoked', detail: 'no', remedy: null, retryable: false });
  peer.socket.close(1008, 'sensor.revoked');
  await sensor.says(/work is stopped/);
  await sensor.says(/"nextProbeMs":300000/);
  t.equal(sensor.child.exitCode, null);
  t.equal(plane.upgrades.length, 1);
});

t.test('answers to an enrolment that are too large, or lead elsewhere, are no reason to end', async (t) => {
  const plane = await StandIn.start(t);
  plane.enrolRefusal = { status: 201, contentType: 'application/json', body: `"${'x'.repeat(100_000)}"` };
  const folder = folderFor(t);
  keyFile(folder);
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token' });
  await sensor.says(/more than 65536 bytes/);
  plane.enrolRefusal = { status: 307, contentType: 'text/html', body: '' };
  await sensor.says(/HTTP 307 with text\/html/);
  plane.enrolRefusal = { status: 201, contentType: 'application/json', body: '{"sensorId":7}' };
  await sensor.says(/HTTP 201 with application\/json/);
  plane.enrolRefusal = null;
  await plane.welcomed();
  t.equal(sensor.child.exitCode, null);
});

t.test('follows no redirect with its assertion', async (t) => {
  const { plane, sensor } = await sensorFor(t);
  const other = await StandIn.start(t);
  const { peer } = await plane.welcomed();
  plane.refusal = { status: 307, contentType: `text/html\r\nlocation: ${other.url}/api/v1/sensors/socket`, body: '' };
  peer.socket.terminate();
  await sensor.says(/HTTP 307/);
  t.strictSame(other.upgrades, []);
});
