/** A literal that pass 1 finds anywhere. `at` is where its 3-byte signature lies in it. */
export interface Literal {
  readonly text: string;
  readonly at: number;
  /** Upper and lower case are the same. */
  readonly folded?: boolean;
  /**
   * Literals of one bucket share a bit of the nibble tables, which let through every byte whose two halves each belong to one of them:
   * `swo` beside `:$1` would let `str` through. What share one here, and the `at` of each, let the fewest places of real image content
   * through that a search found (node sensor/bench/literal-buckets.ts FOLDER...): 350 in a MB of text, where a choice by eye let 9,000.
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
  url: { text: '://', at: 0, bucket: 6 },
  escapedUrl: { text: String.raw`:\/\/`, at: 2, bucket: 4, spells: 'url' },
  pem: { text: 'PRIVATE KEY', at: 6, bucket: 5 },
  authorization: { text: 'authorization', at: 5, folded: true, bucket: 2 },
  npmAuth: { text: '_auth', at: 0, bucket: 2 },
  jsonAuth: { text: '"auth"', at: 0, bucket: 2 },
  accountKey: { text: 'AccountKey=', at: 6, bucket: 3 },
  secretAccessKey: { text: 'ecretAccessKey', at: 10, bucket: 3 },
  sharedAccessKey: { text: 'haredAccessKey=', at: 10, bucket: 3 },
  signature: { text: 'sig=', at: 1, bucket: 1 },
  azureStorage: { text: '+ASt', at: 0, bucket: 4 },
  azureBus: { text: '+ASb', at: 0, bucket: 4 },
  azureEventHub: { text: '+AEh', at: 0, bucket: 4 },
  azureRelay: { text: '+ARm', at: 0, bucket: 4 },
  azureRegistry: { text: '+ACR', at: 0, bucket: 4 },
  azureRedis: { text: 'AzCa', at: 1, bucket: 0 },
  azureFunctions: { text: 'AzFu', at: 0, bucket: 6 },
  azureSearch: { text: 'AzSe', at: 1, bucket: 0 },
  azureIot: { text: 'AIoT', at: 0, bucket: 6 },
  azureApim: { text: 'APIM', at: 1, bucket: 6 },
  azureBatch: { text: '+ABa', at: 0, bucket: 4 },
  azureMl: { text: '+AMC', at: 0, bucket: 4 },
  jks: { text: '\xfe\xed\xfe\xed', at: 0, bucket: 7 },
  pkcs12: { text: '\x02\x01\x030\x82', at: 2, bucket: 3 },
  jksText: { text: '/u3+7QAAAA', at: 0, bucket: 4 },
  pkcs12Text: { text: 'IBAzCC', at: 1, bucket: 2 },
  bitbucketToken: { text: 'BBDC-', at: 1, bucket: 5 },
  azureCosmos: { text: 'ACDb', at: 1, bucket: 5 },
  entra7: { text: '7Q~', at: 0, bucket: 7 },
  entra8: { text: '8Q~', at: 0, bucket: 7 },
  base64Value: { text: 'base64:', at: 4, bucket: 0 },
  azureCask: { text: 'JQQJ99', at: 0, bucket: 7 },
  md5crypt: { text: ':$1$', at: 0, bucket: 0 },
  bcrypt: { text: ':$2', at: 0, bucket: 1 },
  sha256crypt: { text: ':$5$', at: 0, bucket: 1 },
  sha512crypt: { text: ':$6$', at: 0, bucket: 1 },
  yescrypt: { text: ':$y$', at: 1, bucket: 4 },
  dashU: { text: ' -u ', at: 1, bucket: 4 },
  pwd: { text: 'pwd=', at: 1, folded: true, bucket: 1 },
  password: { text: 'passw', at: 2, folded: true, bucket: 7 },
} as const satisfies Record<string, Literal>;

export type LiteralName = keyof typeof literals;
