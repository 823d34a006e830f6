import t, { type Test } from 'tap';
import { type IncidentAction, severityOf } from '../../src/incidents/index.ts';
import type { IncidentStatus } from '../../src/storage/index.ts';
import { firstPage, plane } from '../storage/plane.ts';
import { createWorkspace, digestOf, engine, findingOf, reportImage } from '../storage/samples.ts';

t.test('severity follows confidence and sight, one step lower for generic detectors', async (t) => {
  const table = (['certain', 'likely', 'possible'] as const).map((confidence) =>
    (['visible', 'not-a-file', 'shadowed', 'deleted'] as const).map((visibility) =>
      severityOf({ detector: 'aws-access-key', confidence, visibility }),
    ),
  );
  t.same(table, [
    ['critical', 'critical', 'high', 'high'],
    ['high', 'high', 'medium', 'medium'],
    ['medium', 'medium', 'low', 'low'],
  ]);
  t.equal(severityOf({ detector: 'generic-secret', confidence: 'likely', visibility: 'visible' }), 'medium');
  t.equal(severityOf({ detector: 'generic-secret', confidence: 'possible', visibility: 'deleted' }), 'low');
});

async function withIncident(t: Test) {
  const it = await plane(t);
  const { store, workspaceId } = it;
  const digest = digestOf('image');
  const { detector, confidence, preview, fingerprints } = findingOf();
  const finding = { detector, confidence, preview, fingerprints, kind: 'env' as const, key: 'TOKEN', instruction: null };
  await reportImage(store, it.sensor, digest, [], { findings: [finding] });
  await it.findings.settle(workspaceId, digest, engine);
  const [incident] = (await store.incidents.list(workspaceId, {}, firstPage)).items;
  const id = incident?.id ?? '';
  const act = (action: IncidentAction) => it.incidents.act(workspaceId, id, action, 'token:1');
  return { ...it, id, act };
}

const assign: IncidentAction = { kind: 'assign', assignee: 'ann' };
const unassign: IncidentAction = { kind: 'unassign' };
const resolve: IncidentAction = { kind: 'resolve' };
const ignore: IncidentAction = { kind: 'ignore', reason: 'low-risk' };
const reopen: IncidentAction = { kind: 'reopen' };

t.test('every action in every status does what the table says', async (t) => {
  const reach: Readonly<Record<IncidentStatus, readonly IncidentAction[]>> = {
    triggered: [],
    assigned: [assign],
    resolved: [resolve],
    ignored: [ignore],
  };
  const table: Readonly<Record<IncidentStatus, readonly (IncidentStatus | 'conflict')[]>> = {
    triggered: ['assigned', 'triggered', 'resolved', 'ignored', 'triggered'],
    assigned: ['assigned', 'triggered', 'resolved', 'ignored', 'assigned'],
    resolved: ['conflict', 'conflict', 'resolved', 'conflict', 'triggered'],
    ignored: ['conflict', 'conflict', 'conflict', 'ignored', 'triggered'],
  };
  for (const [status, outcomes] of Object.entries(table) as [IncidentStatus, readonly string[]][])
    for (const [at, action] of [assign, unassign, resolve, ignore, reopen].entries()) {
      const { act } = await withIncident(t);
      for (const step of reach[status]) await act(step);
      const outcome = await act(action).then(
        (incident) => incident.status,
        (error: { code?: string }) => error.code,
      );
      const wanted = outcomes[at] === 'conflict' ? 'resource.conflict' : outcomes[at];
      t.equal(outcome, wanted, `${action.kind} when ${status}`);
    }
});

t.test('an action writes who did it and what was before; the same action again writes nothing', async (t) => {
  const { act, store, workspaceId, id, clock } = await withIncident(t);
  clock.pass(10);
  t.match(await act(assign), { status: 'assigned', assignee: 'ann', updatedAt: clock.ms });
  await act(assign);
  await act(resolve);
  await act(resolve);
  t.match(await store.incidents.fetch(workspaceId, id), { status: 'resolved', resolvedAt: clock.ms });
  t.match(await act(reopen), { status: 'assigned', assignee: 'ann', resolvedAt: null });
  t.match(await act(ignore), { ignoreReason: 'low-risk' });
  t.match(await act({ kind: 'ignore', reason: 'false-positive' }), { status: 'ignored', ignoreReason: 'false-positive' });
  t.match(await act(reopen), { status: 'assigned', ignoreReason: null });
  t.match(await act({ kind: 'set-severity', severity: 'low' }), { severity: 'low' });
  const { items } = await store.incidents.listActivity(workspaceId, id, firstPage);
  t.same(
    items.map((activity) => activity.action),
    ['created', 'assign', 'resolve', 'reopen', 'ignore', 'ignore', 'reopen', 'set-severity'],
  );
  t.match(items[1], { actor: 'token:1', at: clock.ms, details: { assignee: 'ann', before: { status: 'triggered', assignee: null } } });
});

t.test('a note is kept with its author; an incident of another workspace does not exist', async (t) => {
  const { act, incidents, store, workspaceId, id } = await withIncident(t);
  t.match(await incidents.note(workspaceId, id, 'rotated', 'token:1'), { text: 'rotated', author: 'token:1' });
  t.equal((await store.incidents.listNotes(workspaceId, id, firstPage)).items.length, 1);
  const other = await createWorkspace(store, 'two');
  await t.rejects(incidents.note(other, id, 'x', 'token:2'), { code: 'resource.not-found' });
  await t.rejects(incidents.act(other, id, resolve, 'token:2'), { code: 'resource.not-found' });
  t.match(await act(unassign), { status: 'triggered' });
});
