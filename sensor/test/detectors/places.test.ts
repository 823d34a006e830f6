import { createRng, nearPlaces, places, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { usualRules, TextDetector } from '../../src/detectors/index.ts';
import { createPassMemory } from '../../src/memory/index.ts';

const texts = new TextDetector(usualRules.rules, createPassMemory);

/** Known by a word and the form of the value, by a form alone, and by a word as a level above the name. */
const detectors = ['atera-api-key', 'github-pat', 'twilio-auth-token'];

function assignmentOf(detector: string): { readonly name: string; readonly value: string } {
  const assignment = secretGenerators.find((generator) => generator.detector === detector)?.make(createRng(5)).assignment;
  if (assignment === undefined) throw new RangeError(`${detector} has no variable`);
  return assignment;
}

const atera = assignmentOf('atera-api-key').value;
const confidencesOf = (text: string): string[] => texts.matches(text).map(({ detector, confidence }) => `${detector} ${confidence}`);

await tap.test('a secret under its name is found in every kind of file that developers write', async (t) => {
  for (const detector of detectors) {
    for (const [place, write] of Object.entries(places)) {
      const found = texts.matches(write(assignmentOf(detector)));
      t.ok(
        found.some(({ confidence }) => confidence !== 'possible'),
        `${detector} in ${place}`,
      );
    }
  }
});

await tap.test('a value of a provider named before it is likely, by whatever else it is called', async (t) => {
  const of = (place: string): string => nearPlaces[place]?.({ name: 'ATERA_API_KEY', value: atera }) ?? '';
  t.strictSame(confidencesOf(of('log of a request')), ['atera-api-key likely']);
  t.strictSame(confidencesOf(of('URL then key')), ['atera-api-key likely']);
  t.strictSame(confidencesOf(of('provider, then assignment')), ['atera-api-key likely']);
  t.strictSame(confidencesOf(of('constructor call')), ['atera-api-key likely']);
});

await tap.test('a value of a telling name is its provider’s that stands behind it, in an import or in a URL', async (t) => {
  const of = (place: string): string => nearPlaces[place]?.({ name: 'ATERA_API_KEY', value: atera }) ?? '';
  for (const place of ['comment behind', 'curl over lines', 'import before', 'client behind', 'settings of a service'])
    t.strictSame(confidencesOf(of(place)), ['provider-key-nearby likely'], place);
  t.strictSame(confidencesOf(`key = "${atera.slice(1)}"  # Atera\n`), [], 'of another length');
  t.strictSame(confidencesOf(`key = "${atera}"  # of the shop\n`), [], 'without a provider');
  const commit = createRng(6).chars('0123456789abcdef', 40);
  t.strictSame(confidencesOf(`key = "${commit}"  # AppCenter\n`), ['provider-key-nearby possible'], 'as long as a commit');
});

await tap.test(
  'a value of the very form of a provider’s keys, behind its name in a sentence or on another line, is possible',
  async (t) => {
    for (const text of [
      `# Settings of Atera, which the shop uses for its tickets\nVALUE = "${atera}"\n`,
      `atera is written about in this line\n = '${atera}'\n`,
    ])
      t.strictSame(confidencesOf(text), ['atera-api-key possible'], text);
    t.strictSame(confidencesOf(`# Settings of Atera\nDIGEST = "${atera}"\n`), [], 'a name that says otherwise');
    t.strictSame(confidencesOf(`# Settings of Atera\nVALUE = "${atera}4"\n`), [], 'of another length');
  },
);

await tap.test('what stands far from its provider, or is named as no secret, is none', async (t) => {
  for (const text of [
    `atera_api_key_sha256 = "${atera}"\n`,
    `{"atera": {"commit": "${atera}"}}\n`,
    `atera:\n  image: x\n  digest: ${atera}\n`,
    `atera = true\n${'# nothing of it here\n'.repeat(14)}key = "${atera}"\n`,
    `atera = true\n\n\n\n\nvalue = "${atera}"\n`,
    `we met in matera value = "${atera}"\n`,
  ])
    t.strictSame(confidencesOf(text), [], text);
});
