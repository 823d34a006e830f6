import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { PlantedPlace } from '@tidewaiter/dev-cloud/peers';

const program = new URL('../../../sensor/bin/tidewaiter-sensor.js', import.meta.url).pathname;

/** What is read here of the one-shot's JSON; the sensor's own tests hold the rest to its schema. */
export interface OneShot {
  readonly exitCode: number;
  readonly image: { readonly digest: string };
  readonly coverage: { readonly complete: boolean };
  readonly findings: readonly Finding[];
}

interface Finding {
  readonly detector: string;
  readonly confidence: string;
  readonly location: { readonly kind: string; readonly path: string };
  readonly occurrences: readonly { readonly platform: string | null; readonly visibility: string }[];
  readonly secret: string;
}

/** `tidewaiter-sensor scan` as a user runs it; `input` is a file for its standard input. */
export async function scanOnce(reference: string, env: Readonly<Record<string, string>> = {}, input?: string): Promise<OneShot> {
  const words = [program, 'scan', reference, '--format', 'json', '--show-secrets'];
  const child = spawn(process.execPath, words, { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  if (input === undefined) child.stdin.end();
  else await pipeline(createReadStream(input), child.stdin);
  const [exitCode]: unknown[] = await once(child, 'close');
  const [stdout, stderr] = await output;
  if (stdout === '') throw new Error(`scan ${reference} printed no report: ${stderr}`);
  return { exitCode: Number(exitCode), ...(JSON.parse(stdout) as Omit<OneShot, 'exitCode'>) };
}

const isAt = (place: PlantedPlace, { detector, location, occurrences, secret }: Finding): boolean =>
  detector === place.detector &&
  location.kind === place.kind &&
  location.path === place.path &&
  secret === place.secret &&
  occurrences.some(({ platform, visibility }) => platform === place.platform && visibility === place.visibility);

/** Places whose secret was not reported, or not as what and where it is. */
export const missedBy = ({ findings }: OneShot, places: readonly PlantedPlace[]): readonly string[] =>
  places.filter((place) => !findings.some((finding) => isAt(place, finding))).map(({ place }) => place);

/** What is reported as `certain` and was not planted. */
export const wronglyCertain = ({ findings }: OneShot, places: readonly PlantedPlace[]): readonly Finding[] =>
  findings.filter((finding) => finding.confidence === 'certain' && !places.some((place) => isAt(place, finding)));
