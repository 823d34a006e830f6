import type { ImageFinding } from '@tidewaiter/shared/findings';
import { type Digest, isDigest, type Platform } from '@tidewaiter/shared/images';
import { isJson, type Json, listOf, member, parseObject, textOf } from './json.ts';
import { platformOf } from './manifest.ts';

/** One place of a config: its kind, its name, and the text that stands there. */
export interface ConfigText {
  readonly kind: ImageFinding['kind'];
  readonly key: string;
  readonly text: string;
  /** The build instruction it belongs to, as it stands there; null where there is none. */
  readonly instruction: string | null;
}

/** What a config says (OCI image-spec, config.md). Every member may be absent or malformed: a config is only a claim. */
export interface ImageConfig {
  readonly platform: Platform | null;
  /** As the config claims them, lowest first; those that are no digest are null. */
  readonly diffIds: readonly (Digest | null)[];
  /** `created_by` of the history entries that made a layer, lowest first. */
  readonly layerInstructions: readonly (string | null)[];
  /** Texts that are scanned together, so that a pair of variables is seen as one. */
  readonly texts: readonly (readonly ConfigText[])[];
}

interface HistoryEntry {
  readonly createdBy: string | null;
  readonly author: string | null;
  readonly comment: string | null;
  readonly isEmpty: boolean;
}

/** Null when the blob is no JSON object. */
export function parseConfig(bytes: Uint8Array): ImageConfig | null {
  const json = parseObject(new TextDecoder().decode(bytes));
  if (!json) return null;
  const history = listOf(json['history']).map(historyEntry);
  const made = history.filter((entry) => !entry.isEmpty);
  const diffIds = listOf(member(json['rootfs'], 'diff_ids')).map((id) => (typeof id === 'string' && isDigest(id) ? id : null));
  return { platform: platformOf(json), diffIds, layerInstructions: made.map((entry) => entry.createdBy), texts: textsOf(json, history) };
}

function historyEntry(entry: unknown): HistoryEntry {
  const text = (key: string): string | null => textOf(member(entry, key));
  return {
    createdBy: text('created_by'),
    author: text('author'),
    comment: text('comment'),
    isEmpty: member(entry, 'empty_layer') === true,
  };
}

function textsOf(json: Json, history: readonly HistoryEntry[]): readonly (readonly ConfigText[])[] {
  const config = json['config'];
  const plain = (kind: ConfigText['kind'], key: string, text: string | null): readonly ConfigText[] =>
    text === null ? [] : [{ kind, key, text, instruction: null }];
  return [
    envTexts(config, history),
    labelTexts(config),
    plain('cmd', 'Cmd', commandOf(member(config, 'Cmd'))),
    plain('entrypoint', 'Entrypoint', commandOf(member(config, 'Entrypoint'))),
    plain('healthcheck', 'Healthcheck', commandOf(member(member(config, 'Healthcheck'), 'Test'))),
    listOf(member(config, 'OnBuild')).flatMap((line, at) => plain('onbuild', `OnBuild[${at}]`, textOf(line))),
    plain('author', 'author', textOf(json['author'])),
    plain('comment', 'comment', textOf(json['comment'])),
    ...history.map((entry, at) => [
      ...plain('history', `history[${at}]`, entry.createdBy).map((text) => ({ ...text, instruction: text.text })),
      ...plain('author', `history[${at}].author`, entry.author),
      ...plain('comment', `history[${at}].comment`, entry.comment),
    ]),
  ].filter((group) => group.length > 0);
}

function envTexts(config: unknown, history: readonly HistoryEntry[]): readonly ConfigText[] {
  const instructions = envInstructions(history);
  return listOf(member(config, 'Env')).flatMap((variable) => {
    if (typeof variable !== 'string') return [];
    const key = variable.split('=', 1)[0] ?? '';
    return [{ kind: 'env' as const, key, text: variable, instruction: instructions.get(key) ?? null }];
  });
}

/** By variable, the first ENV instruction that names it. Each instruction is read once: a config may hold a million variables. */
function envInstructions(history: readonly HistoryEntry[]): ReadonlyMap<string, string> {
  const instructions = new Map<string, string>();
  for (const { createdBy } of history) {
    if (createdBy === null || !/\bENV\b/.test(createdBy)) continue;
    for (const { 0: word, 1: name = '', index } of createdBy.matchAll(/ ([^ =]+)/g)) {
      // What ends the text has no value.
      if (index + word.length < createdBy.length && !instructions.has(name)) instructions.set(name, createdBy);
    }
  }
  return instructions;
}

function labelTexts(config: unknown): readonly ConfigText[] {
  const labels = member(config, 'Labels');
  if (!isJson(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string' ? [{ kind: 'label' as const, key, text: `${key}=${value}`, instruction: null }] : [],
  );
}

/** Words with one space between them, as a shell would show them; old configs hold one string. */
const commandOf = (value: unknown): string | null =>
  Array.isArray(value) ? textOf(value.filter((word) => typeof word === 'string').join(' ')) : textOf(value);
