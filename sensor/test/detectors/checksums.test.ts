import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { bech32Of, isBech32 } from '../../src/detectors/bech32.ts';
import { TextDetector, usualRules } from '../../src/detectors/index.ts';
import { marvin32 } from '../../src/detectors/marvin.ts';
import { createPassMemory } from '../../src/memory/index.ts';

const texts = new TextDetector(usualRules.rules, createPassMemory);

/** Detectors of secrets with a checksum or a body that proves them, and where a wrong character goes unproved: from the end. */
const proven: Readonly<Record<string, number>> = {
  'age-secret-key': 30,
  'atlassian-api-token': 20,
  'azure-api-management-key': 4,
  'azure-batch-key': 4,
  'azure-container-registry-password': 1,
  'azure-cosmos-key': 4,
  'azure-entra-client-secret': 1,
  'azure-event-hub-key': 3,
  'azure-functions-key': 4,
  'azure-iot-key': 3,
  'azure-ml-classic-key': 4,
  'azure-redis-key': 3,
  'azure-relay-key': 3,
  'azure-search-key': 2,
  'azure-service-bus-key': 3,
  'azure-storage-key': 4,
  'confluent-cloud-api-secret': 1,
  'github-pat': 1,
  'gitlab-routable-token': 1,
  'grafana-service-account-token': 1,
  'npm-token': 1,
};

await tap.test('a valid checksum is certain; a wrong one lowers the confidence and drops nothing', async (t) => {
  for (const [detector, place] of Object.entries(proven)) {
    const make = secretGenerators.find((one) => one.detector === detector)?.make;
    for (let seed = 1; seed <= 5; seed++) {
      const { text = '', secret = '' } = make?.(createRng(seed)) ?? {};
      t.strictSame(confidencesIn(text, detector), ['certain'], `${detector} (seed ${seed})`);
      const at = secret.length - place;
      const wrong = secret.slice(0, at) + otherThan(secret.charAt(at)) + secret.slice(at + 1);
      const [confidence] = confidencesIn(text.replace(secret, wrong), detector);
      t.ok(confidence === 'likely' || confidence === 'possible', `${detector} with a wrong checksum (seed ${seed})`, { wrong, confidence });
    }
  }
});

await tap.test('Marvin32 gives what .NET tests it with', async (t) => {
  // dotnet/runtime, MarvinTests: the seed, some bytes, and the two halves of the hash, which are mixed here.
  const cases = [
    ['', '30ed35c100cd3c7d'],
    ['af', '48e73fc77d75ddc1'],
    ['e70f', 'b5f6e1fc485dbff8'],
    ['37f495', 'f0b07c789b8cf7e8'],
    ['8642dc59', '7008f2e87e9cf556'],
    ['153fb79826', 'e6c08c6da2afa997'],
  ] as const;
  for (const [hex, hash] of cases) {
    const want = (Number.parseInt(hash.slice(0, 8), 16) ^ Number.parseInt(hash.slice(8), 16)) >>> 0;
    t.equal(marvin32(Buffer.from(hex, 'hex'), 0x004fb61a001bdbccn), want, hex);
  }
});

await tap.test("Bech32 takes the proposal's examples and refuses its counterexamples", async (t) => {
  // BIP-173, "Test vectors".
  for (const valid of ['A12UEL5L', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', '?1ezyfcl']) t.ok(isBech32(valid), valid);
  for (const wrong of ['A1G7SGD8', '10a06t8', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx', 'a12UEL5L', 'pzry9x0s0muk', '']) {
    t.notOk(isBech32(wrong), wrong);
  }
  t.ok(isBech32(bech32Of('a', [1, 2, 3])));
});

function confidencesIn(text: string, detector: string): string[] {
  return texts.matches(text).flatMap((match) => (match.detector === detector ? [match.confidence] : []));
}

function otherThan(char: string): string {
  if (/[0-9]/.test(char)) return char === '7' ? '3' : '7';
  if (/[a-z]/.test(char)) return char === 'c' ? 'd' : 'c';
  return char === 'C' ? 'D' : 'C';
}
