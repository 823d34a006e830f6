import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['neon-api-key', 'NEON_API_KEY', 'napi_[a-z0-9]{64}'],
  ['cockroachdb-api-key', 'COCKROACH_API_KEY', 'CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}'],
  ['astra-token', 'ASTRA_DB_APPLICATION_TOKEN', 'AstraCS:[A-Za-z]{24}:[a-f0-9]{64}'],
  ['clickhouse-cloud-key', 'CLICKHOUSE_CLOUD_KEY_SECRET', '4b1d[A-Za-z0-9]{38}'],
  ['upstash-rest-token', 'UPSTASH_REDIS_REST_TOKEN', 'A[A-Za-z0-9]{55}'],
  ['influxdb-token', 'INFLUXDB_TOKEN', '[A-Za-z0-9_-]{86}=='],
  ['capella-api-key', 'CAPELLA_API_KEY_SECRET', '[A-Za-z0-9]{64}'],
  ['cloudant-api-key', 'CLOUDANT_APIKEY', '[A-Za-z0-9_-]{44}'],
]);
