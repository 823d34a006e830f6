/** What a credential was for. */
export type CredentialKind =
  | 'access-key-id'
  | 'secret-access-key'
  | 'session-token'
  | 'web-identity-token'
  | 'ecr-password'
  | 'ecr-authorization-token'
  | 'presigned-signature';

/** One credential, in plain. */
export interface RememberedCredential {
  readonly kind: CredentialKind;
  readonly text: string;
}

/** What is remembered, oldest first. A search for leaks is whole only if nothing was `forgotten`. */
export interface RememberedCredentials {
  readonly credentials: readonly RememberedCredential[];
  /** How many were dropped to keep the bound. */
  readonly forgotten: number;
}

/** The longest test signs some thousand URLs; one has at most 20,000 characters (a web identity token), mostly below 600. */
export const REMEMBERED_MAX = 20_000;

/**
 * The AWS keys, ECR passwords and signatures that the cloud gave out, and every web identity token it was shown, so that tests can look
 * for them where they must not be.
 */
export class CredentialMemory {
  /** By text, so that one given out again takes no second place. */
  readonly #kinds = new Map<string, CredentialKind>();
  #forgotten = 0;

  add(kind: CredentialKind, text: string): void {
    this.#kinds.set(text, kind);
    if (this.#kinds.size <= REMEMBERED_MAX) return;
    const [oldest = ''] = this.#kinds.keys();
    this.#kinds.delete(oldest);
    this.#forgotten += 1;
  }

  /** A key pair, with its session token if it has one. */
  addKeys(keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }): void {
    this.add('access-key-id', keys.accessKeyId);
    this.add('secret-access-key', keys.secretAccessKey);
    if (keys.sessionToken !== undefined) this.add('session-token', keys.sessionToken);
  }

  all(): RememberedCredentials {
    return { credentials: [...this.#kinds].map(([text, kind]) => ({ kind, text })), forgotten: this.#forgotten };
  }
}
