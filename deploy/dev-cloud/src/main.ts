/**
 * The development cloud as a process: `main.ts [--port N] [--account ID] [--region NAME] [--jwks-cache-seconds N]
 * [--layer-url-seconds N] [--data-dir FOLDER] [--until-stdin-closes]`. Prints one line of JSON when it is ready, `{"ready": true, "pid", "accountId", "region", "urls",
 * "environment"}`; `urls.admin` takes the verbs of `admin/server.ts`. Ends on SIGTERM and SIGINT and, with
 * `--until-stdin-closes`, when whoever started it is gone.
 */
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { startAdmin } from './admin/index.ts';
import { startCloud } from './cloud/index.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    account: { type: 'string', default: '123456789012' },
    region: { type: 'string', default: 'eu-west-1' },
    'jwks-cache-seconds': { type: 'string', default: '3600' },
    'until-stdin-closes': { type: 'boolean', default: false },
    'data-dir': { type: 'string', default: tmpdir() },
    'layer-url-seconds': { type: 'string', default: '3600' },
  },
});

const { account: accountId, region } = values;
const cloud = await startCloud({
  accountId,
  region,
  jwksCacheSeconds: Number(values['jwks-cache-seconds']),
  dataFolder: values['data-dir'],
  layerUrlSeconds: Number(values['layer-url-seconds']),
});
const admin = await startAdmin(cloud, Number(values.port));

const stop = () => {
  void Promise.all([admin.close(), cloud.close()]);
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (values['until-stdin-closes']) process.stdin.resume().once('close', stop);

const urls = { admin: admin.url, ...cloud.urls };
process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, accountId, region, urls, environment: cloud.environment })}\n`);
