import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildImage, writeLayout } from '../images/index.ts';
import { EndAsked } from './end-asked.ts';
import { printReady, printSummary } from './print.ts';
import { type PlantedImage, plantSecrets } from './planting.ts';
import { ProgramEnded } from './processes.ts';
import { Stage } from './stage.ts';
import { type Pushed, summarize } from './summary.ts';
import { Watcher } from './watch.ts';

/** A call to a program fails a little before its end is known. */
const ENDING_MS = 1_000;

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly seed: number;
  /** `oci:DIR` or `oci:DIR:TAG`: images of the user's own. */
  readonly pushes: readonly string[];
  /** Where keys, databases and logs lie; `.demo` without, and then removed when the demo is asked to end. */
  readonly folder: string | undefined;
}

/** Runs the demo; resolves with the exit code when it is over (with `once`), or when somebody asks it to end. */
export async function runDemo(options: DemoOptions, asked: AbortSignal): Promise<number> {
  const startedAt = Date.now();
  const say = (text: string): void => {
    if (!options.json && !asked.aborted) console.log(`${((Date.now() - startedAt) / 1000).toFixed(2).padStart(7)} s  ${text}`);
  };
  const folder = join(resolve(options.folder ?? '.demo'), new Date().toISOString().replaceAll(/[:.]/g, '-'));
  await mkdir(folder, { recursive: true });
  say(`logs and data of this run: ${folder}`);
  try {
    const code = await playOn(folder, options, say, asked);
    // What went well leaves nothing behind; what did not is there to be read.
    if (code === 0) await rm(folder, { recursive: true });
    else console.error(`logs and data of this run stay in ${folder}`);
    return code;
  } catch (error) {
    if (error instanceof EndAsked) return await endEarly(folder, options.folder === undefined, error);
    console.error(error instanceof ProgramEnded ? `The demo is over: ${error.message}` : error);
    console.error(`logs and data of this run stay in ${folder}`);
    return 1;
  }
}

/** Nobody looks into a folder that nobody named: its keys, tokens and images with secrets go. */
async function endEarly(folder: string, isRemoved: boolean, asked: EndAsked): Promise<number> {
  const names = isRemoved ? [] : await readdir(folder);
  if (isRemoved) await rm(folder, { recursive: true });
  const left = isRemoved ? 'nothing of this run is left' : `${folder} keeps ${names.join(', ')}`;
  console.error(`The demo ended before its summary, ${asked.message}: its programs have ended, and ${left}.`);
  return asked.exitCode;
}

/**
 * @throws ProgramEnded when one of the programs ends before the demo does.
 * @throws EndAsked when somebody asks for the end before the summary.
 */
async function playOn(folder: string, options: DemoOptions, say: (text: string) => void, asked: AbortSignal): Promise<number> {
  const isAsked = new Promise<EndAsked>((tell) => asked.addEventListener('abort', () => tell(asked.reason)));
  const stage = await Stage.open({ folder }, asked);
  const ended = stage.programEnded.then((error) => Promise.reject(error));
  const playing = play(stage, options, say);
  try {
    const code = await Promise.race([playing, ended, isAsked.then((error) => Promise.reject(error))]);
    if (!options.once) {
      printReady(stage.url, stage.folder, options.json);
      await Promise.race([isAsked, ended]);
    }
    return code;
  } catch (error) {
    throw error instanceof EndAsked ? error : await Promise.race([stage.programEnded, sleep(ENDING_MS, error)]);
  } finally {
    await stage.close();
    // It may be writing an image; without its programs it fails soon.
    await Promise.allSettled([playing]);
  }
}

async function play(stage: Stage, options: DemoOptions, say: (text: string) => void): Promise<number> {
  say(`the development cloud and the control plane are up: ${stage.url} (process ${stage.program('control-plane').pid})`);
  const { registry } = await stage.connect();
  say(`the registry ${stage.cloud.registryHost} is connected by web identity`);
  const { pid } = await stage.startSensor();
  say(`the sensor has enrolled itself and is connected (process ${pid})`);
  const { images, planted } = plantSecrets(options.seed);
  const pushed = [...(await pushPlanted(stage, images, say)), ...(await pushOwn(stage, options.pushes, say))];
  await new Watcher(stage.api, registry.id, say).untilVerdicts(pushed);
  const summary = await summarize(stage.api, registry.id, pushed, planted);
  if (options.json) console.log(JSON.stringify({ seed: options.seed, ...summary }, null, 2));
  else printSummary(summary);
  return summary.ok ? 0 : 1;
}

async function pushPlanted(stage: Stage, images: readonly PlantedImage[], say: (text: string) => void): Promise<readonly Pushed[]> {
  const pushed: Pushed[] = [];
  for (const { repository, tag, platforms } of images) {
    const layout = join(stage.folder, 'images', repository);
    await writeLayout(layout, await buildImage(platforms), tag);
    pushed.push(await push(stage, repository, tag, layout, tag, say));
  }
  return pushed;
}

async function pushOwn(stage: Stage, references: readonly string[], say: (text: string) => void): Promise<readonly Pushed[]> {
  const pushed: Pushed[] = [];
  for (const [at, reference] of references.entries()) {
    const match = /^oci:([^:]+)(?::(.+))?$/.exec(reference);
    if (!match) throw new Error(`--push wants oci:DIR or oci:DIR:TAG, got ${reference}`);
    pushed.push(await push(stage, `own/image-${at + 1}`, match[2] ?? 'latest', resolve(match[1] as string), match[2], say));
  }
  return pushed;
}

async function push(
  stage: Stage,
  repository: string,
  tag: string,
  layout: string,
  reference: string | undefined,
  say: (text: string) => void,
): Promise<Pushed> {
  await stage.cloud.createRepository(repository);
  const digest = await stage.cloud.putLayout(repository, tag, layout, reference);
  const pushedAt = Date.now();
  say(`pushed    ${repository}:${tag} ${digest.slice(7, 19)}`);
  return { repository, tag, digest, pushedAt };
}
