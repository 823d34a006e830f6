import type { Rule } from '../../rule.ts';
import { besideWord, withPrefix } from './rows.ts';

/** Databases: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    ['neon-api-key', 'Neon API key', /napi_[a-z0-9]{64}/, 'Neon/API key'],
    ['cockroachdb-api-key', 'CockroachDB Cloud API key', /CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}/, 'CockroachDB/Cloud API key'],
    ['astra-token', 'DataStax Astra token', /AstraCS:[A-Za-z]{20,40}:[a-f0-9]{64}/, 'DataStax Astra/Token'],
  ]),
  ...besideWord([
    ['clickhouse-cloud-key', 'ClickHouse Cloud API key secret', 'clickhouse', /4b1d[A-Za-z0-9]{38}/, 'ClickHouse/Cloud key'],
    ['upstash-rest-token', 'Upstash REST token', 'upstash', /A[A-Za-z0-9+/_-]{30,140}={0,2}/, 'Upstash/Redis REST token'],
    ['influxdb-token', 'InfluxDB token', ['influx', 'influxdb'], /[A-Za-z0-9_-]{86}==/, 'InfluxDB/Token'],
    ['capella-api-key', 'Couchbase Capella API key', ['capella', 'couchbase'], undefined, 'Couchbase/Capella key'],
    ['cloudant-api-key', 'IBM Cloudant API key', ['cloudant'], /[A-Za-z0-9_-]{44}/, 'CouchDB/Cloudant/URI / API key'],
  ]),
];
