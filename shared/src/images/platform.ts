import { type Static, Type } from 'typebox';

/** The platform of a manifest (OCI image-index); `unknown/unknown` for attestations. */
export const PlatformSchema = Type.Object({
  os: Type.String({ maxLength: 128 }),
  architecture: Type.String({ maxLength: 128 }),
  variant: Type.Optional(Type.String({ maxLength: 128 })),
});

export type Platform = Static<typeof PlatformSchema>;

/** `linux/arm64/v8`, as docker prints it. */
export function platformName({ os, architecture, variant }: Platform): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}
