import type { Candidate, Found, Rng, Rule } from '../rule.ts';

/** Read of a keystore: a chain of certificates and a key of 4,096 bits fit. */
const READ_BYTES = 26 * 1024;
/** RFC 7292, appendix D: a shrouded key bag, by the DER of its object identifier; its name stands outside of what is encrypted. */
const SHROUDED_KEY_BAG = Buffer.from('060b2a864886f70d010c0a0102', 'hex');
/** RFC 7292, 4: what follows the version is a ContentInfo of PKCS #7 data (or signed data); this is data's identifier in DER. */
const PKCS7_DATA = Buffer.from('06092a864886f70d010701', 'hex');
const JKS_KEY = 1;
const JKS_CERTIFICATE = 2;

/** Sun's JKS: magic, version, count; of each entry its tag, alias and date, and of a certificate its type and bytes. */
function holdsJksKey(store: Buffer): boolean {
  if (store.length < 16 || store.readUInt32BE(0) !== 0xfeedfeed) return false;
  const isNew = store.readUInt32BE(4) === 2;
  let at = 12;
  for (let left = store.readUInt32BE(8); left > 0 && at + 6 <= store.length; left--) {
    const tag = store.readUInt32BE(at);
    if (tag !== JKS_CERTIFICATE) return tag === JKS_KEY;
    at += 6 + store.readUInt16BE(at + 4) + 8;
    if (isNew && at + 2 <= store.length) at += 2 + store.readUInt16BE(at);
    if (at + 4 > store.length) return false;
    at += 4 + store.readUInt32BE(at);
  }
  return false;
}

/** Stores of certificates alone, as every Java has one, hold nothing secret. */
function holdsKey(store: Buffer): boolean {
  return holdsJksKey(store) || (store[0] === 0x30 && store.includes(SHROUDED_KEY_BAG));
}

function checkStore({ groups, window, start }: Candidate): Found | null {
  const text = groups['text'];
  if (text !== undefined) {
    const canonical = Buffer.from(text, 'base64');
    return holdsKey(canonical) ? { canonical, proven: true } : null;
  }
  // In binary form it is a file of its own.
  if (start !== 0) return null;
  const canonical = Buffer.from(window.text, 'latin1');
  return holdsKey(canonical) ? { canonical, end: window.text.length, proven: true } : null;
}

const bytes = (rng: Rng, length: number): Buffer => Buffer.from(Array.from({ length }, () => rng.below(256)));

function jks(rng: Rng, tag: number): string {
  const head = Buffer.alloc(16);
  [0xfeedfeed, 2, 1, tag].forEach((word, at) => {
    head.writeUInt32BE(word, at * 4);
  });
  return Buffer.concat([head, Buffer.from([0, 2, 99, 105]), bytes(rng, 900)]).toString('base64');
}

function pkcs12(rng: Rng, bag: Buffer): string {
  const head = Buffer.concat([Buffer.from([0x30, 0x82, 5, 0x20, 2, 1, 3, 0x30, 0x82, 4, 0xe0]), PKCS7_DATA]);
  return Buffer.concat([head, bytes(rng, 301), bag, bytes(rng, 900)]).toString('base64');
}

/** Whole heads of stores: JKS (version 1 or 2) and PKCS#12 (version 3, 30 82, PKCS #7), then both in base64. */
const heads = new RegExp(
  [
    String.raw`^(?:\xfe\xed\xfe\xed\0{3}[\x01\x02]`,
    String.raw`\x02\x01\x030\x82[^]{2}\x06\x09\x2a\x86H\x86\xf7\x0d\x01\x07`,
    String.raw`\/u3\+7QAAAA[EI]`,
    String.raw`IBAzCC[A-Za-z0-9+/\\]{3,6}GCSqGSIb3DQEH)`,
  ].join('|'),
);

export const rules: readonly Rule[] = [
  {
    id: 'keystore',
    name: 'Key in a PKCS#12 or Java keystore',
    facts: ['Crypto/PKCS#12 / JKS keystore file'],
    anchors: { literals: ['jks', 'pkcs12', 'jksText', 'pkcs12Text'] },
    pattern:
      /\xfe\xed\xfe\xed|0\x82[^]{5}0[\x80-\x84]|(?<text>(?:\/u3\+7QAAAA[EI]|MII[A-Za-z0-9+/]{3}IBAzCC)[A-Za-z0-9+/\r\n]{100,26000}={0,2})/,
    // A window of this size is read only where the whole head of a store stands.
    follows: heads,
    around: [16, READ_BYTES],
    confidence: 'likely',
    check: checkStore,
    examples: (rng) => [`keystore: ${jks(rng, JKS_KEY)}\n`, `P12=${pkcs12(rng, SHROUDED_KEY_BAG)}\n`],
    nearMisses: (rng) => [`truststore: ${jks(rng, JKS_CERTIFICATE)}\n`, `P12=${pkcs12(rng, Buffer.alloc(13))}\n`],
  },
];
