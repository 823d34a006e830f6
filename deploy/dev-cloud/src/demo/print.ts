import type { Steps, Summary } from './summary.ts';

const STEPS: Readonly<Record<keyof Steps, string>> = {
  event: 'event',
  offered: 'offered',
  accepted: 'accepted',
  firstIncident: 'first incident',
  finished: 'finished',
};

/** The table of incidents, where each secret was planted, and how long each step took. */
export function printSummary(summary: Summary): void {
  console.log('\nIncidents');
  for (const place of summary.planted) {
    const incident = summary.incidents.find(({ id }) => id === place.incidents[0]);
    const mark = place.incidents.length === 1 ? 'ok  ' : 'MISS';
    console.log(
      `  ${mark} ${place.detector.padEnd(22)} ${(incident?.preview ?? '').padEnd(22)} ${(incident?.severity ?? '').padEnd(9)} ${place.repository}: ${place.path} (${place.place})`,
    );
  }
  printOwn(summary);
  for (const id of summary.unplanted)
    console.log(`  NOT PLANTED ${JSON.stringify(summary.incidents.find((incident) => incident.id === id)?.detector)} ${id}`);
  console.log('\nFrom push (ms)');
  for (const { repository, tag, verdict, complete, steps } of summary.images) {
    const times = Object.entries(STEPS).map(([step, name]) => `${name} ${steps[step as keyof Steps] ?? '-'}`);
    console.log(`  ${repository}:${tag} ${verdict}${complete ? '' : ', incomplete'}: ${times.join(', ')}`);
  }
  const first = summary.images.map(({ steps }) => steps.firstIncident).filter((ms) => ms !== null);
  if (first.length > 0)
    console.log(
      `\nPush to incident: ${Math.min(...first)} to ${Math.max(...first)} ms. ${summary.ok ? 'Each planted secret is exactly one incident.' : 'NOT every planted secret is exactly one incident.'}`,
    );
}

/** What was found in images of the user's own (`--push`): nothing was planted there, so nothing is compared. */
function printOwn({ planted, incidents }: Summary): void {
  const ours = new Set(planted.map(({ repository }) => repository));
  for (const { detector, preview, severity, occurrences } of incidents)
    for (const { repository, location } of occurrences.filter((occurrence) => !ours.has(occurrence.repository))) {
      const place = `${repository}: ${location.path ?? location.key ?? ''}`.replaceAll(/\p{Cc}/gu, '?');
      console.log(`  own  ${detector.padEnd(22)} ${preview.padEnd(22)} ${severity.padEnd(9)} ${place}`);
    }
}

/** With `--json`, standard output is the summary's alone. */
export function printReady(url: string, folder: string, isJson: boolean): void {
  const print = isJson ? console.error : console.log;
  print(`\nAPI ${url}/api/v1, documented at ${url}/docs; owner token in ${folder}/owner-token. Ctrl-C ends everything.`);
}
