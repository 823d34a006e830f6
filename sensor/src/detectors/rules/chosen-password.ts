import { looksIssued } from '../issued.ts';
import { isPlaceholderPassword } from './basic-auth.ts';

/** Names of what is said of a password, and names that end in what is none. */
const notPassword =
  /passed|passes|passing|bypass|compass|passenger|passport|passive|encompass|(?:_|-|\.|[a-z](?=[A-Z]))?(?:hash|hashed|field|label|input|file|path|policy|length|min|max|reset|confirm(?:ation)?|hint|prompt|type|encoder|expired?|expiry|strength|regex|pattern|rules?|error|message|msg|text|url|title|placeholder|id|name|key|ref|count|manager|provider|store|version|arn|required|changed|at)s?$/i;
/** Values that a program computes, asks for or declares. */
const computed =
  /^(?:\$|%|#\{|@|&|\*|<|\{|\[|\(|\\|process\.|os\.|env\b|ENV\b|System\.|self\.|this\.|req(?:uest)?\.|config\.|settings\.|options?\.|args?\.|params?\.|props?\.|data\.|user\.|input\b|get|read|new\b|await\b|function|lambda|def\b|return\b|vault:|secretref|op:\/\/|arn:|ref\+|ENC\[|ENC\(|\{cipher\}|!)|\(\)?$/;
/** A path of names, a constant. */
const names = /^(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$/;
const typeNames =
  /^(?:str|string|text|bytes|char|int|integer|number|bool(?:ean)?|true|false|null|none|nil|undefined|void|any|object|optional|type|value|default|enabled|disabled|yes|no|on|off|and|or|not|if|else|for|from|with|the|your|this|that|is|are|was|must|should|will|can|cannot|has|have|incorrect|invalid|wrong|missing|unknown|empty|hidden|encrypted|hashed|sensitive|masked|removed|omitted|unset|test.?only|basic|plain|bearer|login|username|user|email|admin|root)$|^(?:varchar|required)/i;
const says =
  /pass(?:w(?:or)?d|phrase|wd|code)|secret|credential|token|(?<![a-z])(?:enter|please|invalid|wrong|must|should|your|forgot|reset|change|confirm|new|old|current|repeat|the|is|not|and|for|with)(?![a-z])/i;

/** Words of a program put together: no one's password is that long without a digit. */
const IDENTIFIER_MIN = 16;
const identifier = /^(?:[a-z]{2,})?(?:[A-Z][a-z]{2,})*$/;
/** Does the value end in a call, `read("db")`? */
function isCall(value: string): boolean {
  return value.endsWith(')') && /[a-z]\w{0,64}\(/.test(value.slice(value.lastIndexOf(')', value.length - 2) + 1));
}

const isComputed = (value: string): boolean => computed.test(value) || names.test(value) || isCall(value);

/** Hashes of passwords, in the forms of crypt(3). */
const hashed = /^\$(?:2[abxy]?|[156y]|argon2\w*|apr1)\$/;

/**
 * Does a value look like a password that somebody chose, and its name like one for passwords? Without quotes it may be a name or a word of
 * a sentence: only a digit or a sign among letters makes it a password.
 */
export function isChosenPassword(name: string, value: string, form: 'quoted' | 'plain'): boolean {
  if (notPassword.test(name) || isComputed(value) || typeNames.test(value) || isPlaceholderPassword(value) || says.test(value))
    return false;
  if (hashed.test(value) || (value.length >= IDENTIFIER_MIN && identifier.test(value))) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9\s_.:/-]/].filter((kind) => kind.test(value)).length;
  const isWord = kinds < 2 || !/[0-9]|[^A-Za-z0-9_.:/-]/.test(value) || /^[\d.,:/-]+$/.test(value);
  if (form === 'plain' && isWord && !looksIssued(value)) return false;
  return !(/\s.*\s/.test(value) || /^(?:https?:|\.{0,2}\/|[\w.-]+\/[\w.-]+\/)/.test(value) || (kinds < 2 && /[\s_.:/-]/.test(value)));
}
