/** The platform of a manifest (OCI image-index); `unknown/unknown` for attestations. Each part has at most 128 characters. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** `linux/arm64/v8`, as docker prints it. */
export function platformName({ os, architecture, variant }: Platform): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}
