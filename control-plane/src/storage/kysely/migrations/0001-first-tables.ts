import type { Migration } from '../migrations.ts';

const inWorkspace = 'workspace_id text not null references workspaces (id)';
const ofRegistry = 'foreign key (workspace_id, registry_id) references registries (workspace_id, id)';
const ofIncident = 'foreign key (workspace_id, incident_id) references incidents (workspace_id, id)';

const tenancy = [
  'create table workspaces (id text not null primary key, name text not null, created_at bigint not null)',
  `create table api_tokens (${inWorkspace}, id text not null, name text not null, role text not null, token_hash text not null unique,
    created_at bigint not null, expires_at bigint, revoked_at bigint, last_used_at bigint, primary key (workspace_id, id))`,
  `create table audit_entries (${inWorkspace}, id text not null, at bigint not null, actor text not null, action text not null,
    subject text not null, details text not null, primary key (workspace_id, id))`,
  `create table enrolment_tokens (${inWorkspace}, id text not null, token_hash text not null unique, registry_ids text not null,
    uses_left bigint not null, created_at bigint not null, expires_at bigint not null, revoked_at bigint, primary key (workspace_id, id))`,
  `create table sensors (${inWorkspace}, id text not null unique, name text not null, signing_key text not null, encryption_key text not null,
    registry_ids text not null, version text, engine text not null, created_at bigint not null, last_seen_at bigint, revoked_at bigint,
    compromised_at bigint, primary key (workspace_id, id))`,
  `create table sensor_assertions (workspace_id text not null, sensor_id text not null, jti text not null, expires_at bigint not null,
    primary key (workspace_id, sensor_id, jti), foreign key (workspace_id, sensor_id) references sensors (workspace_id, id))`,
];

const registries = [
  `create table registries (${inWorkspace}, id text not null, provider text not null, host text not null, account text, region text,
    access text not null, perimeter text not null, interval_seconds bigint not null, created_at bigint not null, synced_at bigint,
    next_sync_at bigint not null, deleted_at bigint, primary key (workspace_id, id))`,
  'create unique index registries_live_host on registries (workspace_id, host) where deleted_at is null',
  'create index registries_due on registries (next_sync_at) where deleted_at is null',
  `create table webhook_keys (workspace_id text not null, registry_id text not null, id text not null, key_hash text not null unique,
    created_at bigint not null, expires_at bigint, primary key (workspace_id, registry_id, id), ${ofRegistry})`,
  `create table push_events (workspace_id text not null, registry_id text not null, event_id text not null, received_at bigint not null,
    action text not null, repository text, digest text, tag text, body text not null, outcome text not null, outcome_reason text,
    settle_at bigint, list_key text not null, primary key (workspace_id, registry_id, event_id), ${ofRegistry})`,
  'create index push_events_list on push_events (workspace_id, registry_id, list_key)',
  'create index push_events_age on push_events (received_at)',
  "create index push_events_waiting on push_events (settle_at) where outcome = 'waiting'",
  `create table event_rejections (account text not null, region text not null, rejected bigint not null, last_at bigint not null,
    primary key (account, region))`,
];

const catalog = [
  `create table repositories (workspace_id text not null, id text not null, registry_id text not null, name text not null,
    watched bigint not null, presence text not null, created_at bigint not null, listing text, last_seen_at bigint not null,
    primary key (workspace_id, id), unique (workspace_id, registry_id, name), ${ofRegistry})`,
  `create table placements (workspace_id text not null, registry_id text not null, repository_id text not null, digest text not null,
    media_type text, size_bytes bigint, pushed_at bigint, presence text not null, first_seen_at bigint not null,
    last_seen_at bigint not null, listing text, primary key (workspace_id, repository_id, digest),
    foreign key (workspace_id, repository_id) references repositories (workspace_id, id))`,
  'create index placements_digest on placements (workspace_id, digest)',
  // With the last two columns a page of a registry is read in order; without them each page sorts the whole registry.
  'create index placements_registry on placements (workspace_id, registry_id, presence, repository_id, digest)',
  `create table tags (workspace_id text not null, repository_id text not null, tag text not null, digest text not null,
    moved_at bigint not null, primary key (workspace_id, repository_id, tag),
    foreign key (workspace_id, repository_id) references repositories (workspace_id, id))`,
  'create index tags_digest on tags (workspace_id, repository_id, digest)',
  `create table listing_pages (workspace_id text not null, registry_id text not null, listing text not null, page bigint not null,
    primary key (workspace_id, registry_id, listing, page), ${ofRegistry})`,
];

const assignments = [
  `create table assignments (workspace_id text not null, id text not null, kind text not null, registry_id text not null, repository text,
    digest text, trigger text not null, priority bigint not null, state text not null, attempt bigint not null, sensor_id text,
    lease_expires_at bigint, progress text not null, failure text not null, timings text not null, not_before bigint not null,
    created_at bigint not null, offered_at bigint, accepted_at bigint, finished_at bigint, work_key text not null,
    offer_expires_at bigint, primary key (workspace_id, id), ${ofRegistry})`,
  `create unique index assignments_live on assignments (workspace_id, work_key) where state in ('pending', 'offered', 'running')`,
  `create index assignments_queue on assignments (workspace_id, priority, id) where state in ('pending', 'offered')`,
  `create index assignments_leases on assignments (lease_expires_at) where state = 'running'`,
  'create index assignments_digest on assignments (workspace_id, digest)',
  'create index assignments_sensor on assignments (workspace_id, sensor_id)',
];

const engine = 'workspace_id text not null references workspaces (id), digest text not null, engine_key text not null';

const witnessTable = (name: string): string =>
  `create table ${name} (${engine}, sensor_id text not null, agrees bigint not null,
    primary key (workspace_id, digest, engine_key, sensor_id),
    foreign key (workspace_id, sensor_id) references sensors (workspace_id, id))`;

const layers = (blob: string): readonly string[] => [
  `create table layer_claims (${engine}, sensor_id text not null, assignment_id text not null, lease_expires_at bigint not null,
    primary key (workspace_id, digest, engine_key))`,
  'create index layer_claims_assignment on layer_claims (workspace_id, assignment_id)',
  `create table layer_grants (${engine}, sensor_id text not null, granted_at bigint not null,
    primary key (workspace_id, digest, engine_key, sensor_id))`,
  `create table layer_parts (${engine}, sensor_id text not null, page bigint not null, kind text, hashes ${blob}, findings text not null,
    part_hash text not null, received_at bigint not null, primary key (workspace_id, digest, engine_key, sensor_id, page))`,
  'create index layer_parts_age on layer_parts (received_at)',
  `create table layers (${engine}, summary text not null, part_hashes text not null, created_at bigint not null,
    primary key (workspace_id, digest, engine_key))`,
  witnessTable('layer_witnesses'),
  'create index layer_witnesses_sensor on layer_witnesses (workspace_id, sensor_id)',
  `create table layer_paths (${engine}, kind text not null, first_hash text not null, hashes ${blob} not null,
    primary key (workspace_id, digest, engine_key, kind, first_hash))`,
];

const manifests = [
  `create table manifests (${engine}, media_type text not null, shape text not null, platform text not null, coverage text not null,
    body_hash text not null, created_at bigint not null, primary key (workspace_id, digest, engine_key))`,
  `create table manifest_children (${engine}, position bigint not null, child_digest text not null, platform text not null,
    primary key (workspace_id, digest, engine_key, position))`,
  'create index manifest_children_child on manifest_children (workspace_id, child_digest)',
  `create table manifest_layers (${engine}, position bigint not null, layer_digest text not null, size_bytes bigint not null, diff_id text,
    instruction text, primary key (workspace_id, digest, engine_key, position))`,
  witnessTable('manifest_witnesses'),
  'create index manifest_witnesses_sensor on manifest_witnesses (workspace_id, sensor_id)',
  'create index manifest_layers_layer on manifest_layers (workspace_id, layer_digest)',
];

const results = [
  `create table incidents (${inWorkspace}, id text not null, key_id text not null, fingerprint text not null, detector text not null,
    confidence text not null, preview text not null, status text not null, severity text not null, assignee text, ignore_reason text,
    created_at bigint not null, updated_at bigint not null, resolved_at bigint, primary key (workspace_id, id))`,
  `create table incident_fingerprints (workspace_id text not null, key_id text not null, fingerprint text not null,
    incident_id text not null, primary key (workspace_id, key_id, fingerprint), ${ofIncident})`,
  // Images whose sightings were taken back with a compromised sensor's facts: an incident that was closed knowing of them stays closed.
  `create table incident_images (workspace_id text not null, incident_id text not null, image_digest text not null,
    primary key (workspace_id, incident_id, image_digest), ${ofIncident})`,
  `create table incident_notes (workspace_id text not null, incident_id text not null, id text not null, author text not null,
    text text not null, created_at bigint not null, primary key (workspace_id, incident_id, id), ${ofIncident})`,
  `create table incident_activities (workspace_id text not null, incident_id text not null, id text not null, at bigint not null,
    actor text not null, action text not null, details text not null, primary key (workspace_id, incident_id, id), ${ofIncident})`,
  `create table findings (${inWorkspace}, id text not null, engine_key text not null, layer_digest text, manifest_digest text,
    detector text not null, confidence text not null, key_id text not null, fingerprint text not null, other_key_id text,
    other_fingerprint text, preview text not null, location text not null, incident_id text, primary key (workspace_id, id), ${ofIncident})`,
  'create index findings_layer on findings (workspace_id, layer_digest, engine_key)',
  'create index findings_manifest on findings (workspace_id, manifest_digest, engine_key)',
  'create index findings_incident on findings (workspace_id, incident_id)',
  `create table scans (${inWorkspace}, id text not null, digest text not null, engine_key text not null, rule_set_hash text not null,
    verdict text not null, coverage text not null, counts text not null, unread text not null, scanned_at bigint not null,
    primary key (workspace_id, id), unique (workspace_id, digest, engine_key))`,
  `create table sightings (workspace_id text not null, root_digest text not null, engine_key text not null, finding_id text not null,
    image_digest text not null, visibility text not null, reported bigint not null,
    primary key (workspace_id, root_digest, engine_key, finding_id, image_digest),
    foreign key (workspace_id, finding_id) references findings (workspace_id, id))`,
  'create index sightings_finding on sightings (workspace_id, finding_id)',
];

const issuer = [
  `create table issuer_keys (kid text not null primary key, public_jwk text not null, sealed_private_key text not null, state text not null,
    created_at bigint not null, activated_at bigint, retired_at bigint)`,
  "create unique index issuer_keys_single on issuer_keys (state) where state in ('pending', 'active')",
];

export const firstTables: Migration = {
  version: 1,
  name: 'first tables',
  statements: ({ blob }) => [...tenancy, ...registries, ...catalog, ...assignments, ...layers(blob), ...manifests, ...results, ...issuer],
};
