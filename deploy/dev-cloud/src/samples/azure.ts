import { ALNUM, URL_SAFE } from './alphabets.ts';
import { marvin } from './checksums.ts';
import type { Rng } from './rng.ts';
import { assigned, type SecretGenerator } from './sample.ts';

/**
 * Microsoft's identifiable key: random bytes that end in a mark of four base64 characters, as near to the end as six-bit steps allow,
 * and four bytes of Marvin32 over all before them, under the kind of the key.
 */
function identifiable(rng: Rng, length: number, mark: string, kind: string): Buffer {
  const bytes = rng.bytes(length);
  const markAt = Math.floor(((length - 4) * 8) / 6) - 4;
  const text = bytes.toString('base64');
  const key = Buffer.from(text.slice(0, markAt) + mark + text.slice(markAt + 4), 'base64');
  // What is left between the mark and the checksum is zero.
  const spare = (length - 4) * 8 - (markAt + 4) * 6;
  key.writeUInt8(key.readUInt8(length - 5) & (0xff << spare) & 0xff, length - 5);
  key.writeUInt32LE(marvin(key.subarray(0, length - 4), kind), length - 4);
  return key;
}

const rows: readonly (readonly [detector: string, variable: string, length: number, mark: string, kind: string])[] = [
  ['azure-storage-key', 'AZURE_STORAGE_KEY', 64, '+ASt', 'Default0'],
  ['azure-cosmos-key', 'COSMOS_KEY', 64, 'ACDb', 'MastRW00'],
  ['azure-service-bus-key', 'SERVICE_BUS_KEY', 32, '+ASb', 'Send0000'],
  ['azure-event-hub-key', 'EVENT_HUB_KEY', 32, '+AEh', 'Listen00'],
  ['azure-relay-key', 'RELAY_KEY', 32, '+ARm', 'Manage00'],
  ['azure-redis-key', 'AZURE_REDIS_KEY', 32, 'AzCa', 'Access00'],
  ['azure-search-key', 'AZURE_SEARCH_KEY', 39, 'AzSe', 'PAdmin00'],
  ['azure-iot-key', 'IOTHUB_KEY', 32, 'AIoT', 'Device00'],
  ['azure-api-management-key', 'APIM_KEY', 64, 'APIM', 'Gatewy00'],
  ['azure-batch-key', 'AZURE_BATCH_KEY', 64, '+ABa', 'AbAcct00'],
  ['azure-ml-classic-key', 'AZURE_ML_KEY', 64, '+AMC', 'Classic0'],
  ['azure-container-registry-password', 'ACR_PASSWORD', 39, '+ACR', 'ACRDflt0'],
];

/** An Entra client secret: 40 characters, the last three of which begin the checksum in base 66. */
function clientSecret(rng: Rng): string {
  const digits = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~';
  const body = `${rng.chars(ALNUM, 3)}8Q~${rng.chars(URL_SAFE, 31)}`;
  let number = marvin(Buffer.from(body), 'AadPwd00');
  let tail = '';
  while (tail.length < 6) {
    tail = (digits[number % digits.length] ?? '') + tail;
    number = Math.floor(number / digits.length);
  }
  return body + tail.slice(0, 3);
}

/** Azure's search keys are letters and digits alone. */
function plain(make: () => Buffer): string {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const text = make().toString('base64');
    if (/^[A-Za-z0-9]+$/.test(text)) return text;
  }
  throw new RangeError('no key without signs');
}
/** One in five has no sign. */
const TRIES_MAX = 400;

export const azureKeys: readonly SecretGenerator[] = [
  ...rows.map(
    ([detector, variable, length, mark, kind]): SecretGenerator => ({
      detector,
      make: (rng) => {
        const make = (): Buffer => identifiable(rng, length, mark, kind);
        return assigned(variable, mark === 'AzSe' ? plain(make) : make().toString('base64'));
      },
    }),
  ),
  {
    detector: 'azure-functions-key',
    make: (rng) => assigned('FUNCTION_HOST_KEY', `${identifiable(rng, 40, 'AzFu', 'Functi00').toString('base64url')}==`),
  },
  { detector: 'azure-entra-client-secret', make: (rng) => assigned('AZURE_CLIENT_SECRET', clientSecret(rng)) },
];
