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
