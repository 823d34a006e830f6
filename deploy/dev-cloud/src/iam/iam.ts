import type { CredentialMemory } from '../credential-memory/index.ts';
import { SetupError } from '../http/index.ts';
import { parsePolicy, PolicyError, type Policy, type PolicyKind } from '../policies/index.ts';
import { newAccessKeyId, newSecretAccessKey, newSessionToken, newUniqueId } from './keys.ts';
import type { Credential, OidcProvider, Principal, Role, User } from './principals.ts';

/** A role with its policies as JSON objects; `maxSessionSeconds` as CreateRole's MaxSessionDuration. */
export interface RoleSetup {
  readonly accountId: string;
  readonly name: string;
  /** With its slashes: `/`, `/service-role/`. */
  readonly path?: string;
  readonly trustPolicy: unknown;
  readonly policies?: readonly unknown[];
  readonly maxSessionSeconds?: number;
}

/** The accounts' identities: roles, users, OIDC providers, and every key pair given out. */
export class Iam {
  readonly #roles = new Map<string, Role>();
  readonly #users = new Map<string, User>();
  readonly #providers = new Map<string, OidcProvider>();
  readonly #credentials = new Map<string, Credential>();
  readonly #memory: CredentialMemory;

  constructor(memory: CredentialMemory) {
    this.#memory = memory;
  }

  /** Creates a role, or replaces the one of that name (its sessions then have the new policies). */
  putRole(setup: RoleSetup): Role {
    const path = setup.path ?? '/';
    const arn = `arn:aws:iam::${setup.accountId}:role${path}${setup.name}`;
    const trustPolicy = setupPolicy(setup.trustPolicy, 'trust');
    const policies = (setup.policies ?? []).map((policy) => setupPolicy(policy, 'identity'));
    const present = this.#roles.get(arn);
    const maxSessionSeconds = setup.maxSessionSeconds ?? 3600;
    if (present !== undefined) return Object.assign(present, { trustPolicy, policies, maxSessionSeconds });
    const role = {
      accountId: setup.accountId,
      name: setup.name,
      arn,
      roleId: newUniqueId('AROA'),
      maxSessionSeconds,
      trustPolicy,
      policies,
    };
    this.#roles.set(arn, role);
    return role;
  }

  findRole(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  /** Creates a user (or replaces its policies) and gives out a new access key. */
  createAccessKey(accountId: string, name: string, policies: readonly unknown[]): Credential {
    const arn = `arn:aws:iam::${accountId}:user/${name}`;
    const parsed = policies.map((policy) => setupPolicy(policy, 'identity'));
    const user = this.#users.get(arn) ?? { accountId, name, arn, userId: newUniqueId('AIDA'), policies: parsed };
    user.policies = parsed;
    this.#users.set(arn, user);
    const accessKeyId = newAccessKeyId('AKIA', accountId);
    const credential: Credential = { accessKeyId, secretAccessKey: newSecretAccessKey(), principal: { kind: 'user', user } };
    return this.#keep(credential);
  }

  /** Gives out temporary keys of a role session. */
  issueSession(principal: Extract<Principal, { kind: 'session' }>, expiresAt: number): Credential & { readonly sessionToken: string } {
    const accessKeyId = newAccessKeyId('ASIA', principal.role.accountId);
    const credential = { accessKeyId, secretAccessKey: newSecretAccessKey(), sessionToken: newSessionToken(), expiresAt, principal };
    return this.#keep(credential);
  }

  findCredential(accessKeyId: string): Credential | undefined {
    return this.#credentials.get(accessKeyId);
  }

  /** Deletes a key pair; what it signs from now on is refused as unknown. */
  deleteCredential(accessKeyId: string): boolean {
    return this.#credentials.delete(accessKeyId);
  }

  /** Creates the provider of an issuer. AWS takes https only; http is taken here for loopback alone. */
  putProvider(accountId: string, url: string, clientIds: readonly string[]): OidcProvider {
    const parsed = URL.parse(url);
    const loopback = parsed !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname);
    if (parsed === null || (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && loopback))) {
      throw new SetupError(`an OIDC provider's URL must begin with https:// (http only on loopback), got ${url}`);
    }
    if (parsed.search !== '' || parsed.hash !== '') throw new SetupError(`an OIDC provider's URL has no query and no fragment, got ${url}`);
    const arn = `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https?:\/\//, '')}`;
    const provider = { accountId, url, arn, clientIds };
    this.#providers.set(`${accountId} ${url}`, provider);
    return provider;
  }

  /** The provider for exactly this issuer; the comparison is case-sensitive, as AWS's is. */
  findProvider(accountId: string, issuer: string): OidcProvider | undefined {
    return this.#providers.get(`${accountId} ${issuer}`);
  }

  #keep<T extends Credential>(credential: T): T {
    this.#credentials.set(credential.accessKeyId, credential);
    this.#memory.addKeys(credential);
    return credential;
  }
}

function setupPolicy(document: unknown, kind: PolicyKind): Policy {
  try {
    return parsePolicy(document, kind);
  } catch (error) {
    if (error instanceof PolicyError) throw new SetupError(`MalformedPolicyDocument: ${error.message}`);
    throw error;
  }
}
