/** A literal that pass 1 finds anywhere. `at` is where its 3-byte signature lies in it. */
export interface Literal {
  readonly text: string;
  readonly at: number;
  /** Upper and lower case are the same. */
  readonly folded?: boolean;
  /**
   * Literals of one bucket share a bit of the nibble tables, which let through every byte whose two halves each belong to one of them:
   * `swo` beside `:$1` would let `str` through. What share one here make rare strings.
   */
  readonly bucket: number;
  /** The literal that this one is another spelling of: the rules of that one look here, too. */
  readonly spells?: string;
}

/**
 * The few literals that no token prefix stands for. The list is closed and short on purpose: 8 buckets of a SIMD table are all
 * there is, and each further literal costs speed on every byte.
 */
export const literals = {
  url: { text: '://', at: 0, bucket: 0 },
  escapedUrl: { text: String.raw`:\/\/`, at: 0, bucket: 0, spells: 'url' },
  pem: { text: 'PRIVATE KEY', at: 0, bucket: 1 },
  authorization: { text: 'authorization', at: 5, folded: true, bucket: 1 },
  npmAuth: { text: '_auth', at: 0, bucket: 2 },
  jsonAuth: { text: '"auth"', at: 0, bucket: 2 },
  accountKey: { text: 'AccountKey=', at: 5, bucket: 3 },
  secretAccessKey: { text: 'ecretAccessKey', at: 4, bucket: 3 },
  sharedAccessKey: { text: 'haredAccessKey=', at: 4, bucket: 3 },
  signature: { text: 'sig=', at: 1, bucket: 4 },
  azureStorage: { text: '+ASt', at: 0, bucket: 5 },
  azureBus: { text: '+ASb', at: 0, bucket: 5 },
  azureEventHub: { text: '+AEh', at: 0, bucket: 5 },
  azureRelay: { text: '+ARm', at: 0, bucket: 5 },
  azureRegistry: { text: '+ACR', at: 0, bucket: 5 },
  azureRedis: { text: 'AzCa', at: 0, bucket: 6 },
  azureFunctions: { text: 'AzFu', at: 0, bucket: 6 },
  azureSearch: { text: 'AzSe', at: 0, bucket: 6 },
  azureIot: { text: 'AIoT', at: 1, bucket: 6 },
  azureApim: { text: 'APIM', at: 1, bucket: 6 },
  azureBatch: { text: '+ABa', at: 0, bucket: 5 },
  azureMl: { text: '+AMC', at: 0, bucket: 5 },
  jks: { text: '\xfe\xed\xfe\xed', at: 0, bucket: 5 },
  pkcs12: { text: '\x02\x01\x030\x82', at: 0, bucket: 7 },
  jksText: { text: '/u3+7QAAAA', at: 0, bucket: 5 },
  pkcs12Text: { text: 'IBAzCC', at: 2, bucket: 6 },
  bitbucketToken: { text: 'BBDC-', at: 0, bucket: 6 },
  azureCosmos: { text: 'ACDb', at: 0, bucket: 6 },
  entra7: { text: '7Q~', at: 0, bucket: 2 },
  entra8: { text: '8Q~', at: 0, bucket: 2 },
  base64Value: { text: 'base64:', at: 2, bucket: 4 },
  azureCask: { text: 'JQQJ99', at: 0, bucket: 2 },
  md5crypt: { text: ':$1$', at: 0, bucket: 0 },
  bcrypt: { text: ':$2', at: 0, bucket: 0 },
  sha256crypt: { text: ':$5$', at: 0, bucket: 0 },
  sha512crypt: { text: ':$6$', at: 0, bucket: 0 },
  yescrypt: { text: ':$y$', at: 0, bucket: 0 },
  dashU: { text: ' -u ', at: 0, bucket: 0 },
  pwd: { text: 'pwd=', at: 0, folded: true, bucket: 7 },
  password: { text: 'password', at: 4, folded: true, bucket: 7 },
} as const satisfies Record<string, Literal>;

export type LiteralName = keyof typeof literals;
