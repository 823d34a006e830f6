/** A user of one registry; sent to no other origin but the token service that is named for it. */
export interface OciLogin {
  readonly username: string;
  readonly password: string;
}

export const basicOf = ({ username, password }: OciLogin): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
