/** A signing key of the OIDC issuer. It belongs to the installation, not to a workspace: AWS knows one issuer URL. */
export interface IssuerKey {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** AES-256-GCM sealed PKCS#8. */
  readonly sealedPrivateKey: string;
  readonly state: 'pending' | 'active' | 'retiring' | 'removed';
  readonly createdAt: number;
  readonly activatedAt: number | null;
  readonly retiredAt: number | null;
}

/** Keys that sign web-identity tokens: one pending, one active, and those that were. */
export interface IssuerKeyStore {
  list(): Promise<readonly IssuerKey[]>;
  /** Creates the key as the only one in its state ('pending' or 'active'); false when there is one already. Safe with replicas. */
  create(key: IssuerKey): Promise<boolean>;
  update(kid: string, from: IssuerKey['state'], to: IssuerKey['state'], nowMs: number): Promise<boolean>;
}
