import { looksIssued } from '../issued.ts';
import { isPlaceholder } from '../placeholder.ts';
import { isPlaceholderPassword } from './basic-auth.ts';

/** What names of passwords say, and those of other secrets. */
const passwords = /pass(?:w(?:or)?d|phrase|wd|code)?(?![a-z])|pwd|(?<![a-z])pin(?![a-z])/i;
const others =
  /secret|token|api_?key|access_?key|private_?key|account_?key|credential|auth_?key|encryption_?key|signing_?key|master_?key|sas(?![a-z])/i;
/** Names of what belongs to a secret and is none. */
const beside =
  /[_.a-z-](?:id|ids|name|names|arn|path|file|filename|dir|url|uri|endpoint|host|type|version|length|size|ttl|expir\w{0,64}|enabled?|policy|rotation|ref|alias|hint|prompt|field|label|count|algorithm|hash)$/i;

export type NameKind = 'password' | 'secret' | 'none';

/** What a variable, attribute or entry of this name holds. */
export function kindOfName(name: string): NameKind {
  if (
    beside.test(name) ||
    /^(?:next|page|continuation|csrf)?_?token_?(?:type|count)?s$/i.test(name) ||
    /public|(?<![a-z])not?_/i.test(name)
  )
    return 'none';
  if (passwords.test(name)) return 'password';
  return others.test(name) ? 'secret' : 'none';
}

/** Values that point at a secret, or are one in a form that opens nothing: templates, references, ciphertext. */
const pointers =
  /^(?:\$\{|\{\{|%\{|<|ENC\(|\{cipher\}|\{vault\}|!vault|vault:|arn:|ref\+|secretref|op:\/\/|file:|env:|data\.|var\.|local\.|module\.|random_|aws_|\(known after)|^(?:true|false|null|none|nil|yes|no|sensitive value)$/i;

/** Does a value look like the password or the secret that its name says it is? */
export function isValueOf(kind: NameKind, value: string): boolean {
  if (kind === 'none' || pointers.test(value) || isPlaceholderPassword(value) || isPlaceholder(value)) return false;
  if (kind === 'secret') return value.length >= 12 && looksIssued(value);
  return value.length >= 6 && (/[0-9]/.test(value) || /[^A-Za-z0-9 _.-]/.test(value)) && /[A-Za-z]/.test(value);
}
