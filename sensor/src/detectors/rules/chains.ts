import { createECDH } from 'node:crypto';
import { alphabets } from '../alphabets.ts';
import { isDocumented, mentionOf, standingOf, textBefore } from '../assignment.ts';
import { isKnownTestKey } from '../known-keys.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';

/** Accounts that are signed for: the order of secp256k1 (SEC 2, 2.4.1) bounds their keys. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const chainWords = ['private key', 'privatekey', 'private_key', 'private-key', 'deployer', 'ethereum', 'wallet'] as const;

/** A number of 256 bits beside a private key's name; that of a development chain's first account opens nothing. */
function checkEthereum({ secret, start, window }: Candidate): Found | null {
  const hex = secret.replace(/^0x/, '');
  const number = BigInt(`0x${hex}`);
  if (number === 0n || number >= ORDER || new Set(hex).size < 8) return null;
  const mention = mentionOf(textBefore(window.text, start), chainWords);
  if (isDocumented(window.text, start)) return null;
  if (mention === null || !['named', 'inside'].includes(standingOf(mention)) || !/private|secret|key/i.test(mention.identifier))
    return null;
  const canonical = Buffer.from(hex, 'hex');
  // In other names it is a key of any curve, or of a device.
  const isChains = /^[A-Z0-9_]+$/.test(mention.identifier) || /deployer|eth|wallet|chain/i.test(mention.identifier);
  if (isKnownTestKey(canonical)) return null;
  return isChains ? { canonical } : { canonical, confidence: 'possible' };
}

/** The private half of a VAPID pair (RFC 8292) is a number of 256 bits; its public half, an uncompressed point, proves it. */
function checkVapid({ secret, start, window }: Candidate): Found | null {
  const before = textBefore(window.text, start);
  if (!/private|secret/i.test(before.slice(-64)) || /public[\w"' :=]{0,12}$/i.test(before)) return null;
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(Buffer.from(secret, 'base64url'));
  } catch {
    return null;
  }
  return window.text.includes(pair.getPublicKey().toString('base64url')) ? { confidence: 'certain', proven: true } : {};
}

function vapidPair(): readonly [publicKey: string, privateKey: string] {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  return [pair.getPublicKey().toString('base64url'), pair.getPrivateKey().toString('base64url').padStart(43, 'A')];
}

const hex64 = (rng: Rng): string => `4f${rng.chars(alphabets.hex, 60)}7e`;

/** Keys that sign: of chains' accounts, of push messages, of Tink. */
export const rules: readonly Rule[] = [
  {
    id: 'ethereum-private-key',
    facts: ['Ethereum/secp256k1/Private key'],
    name: 'Private key of an Ethereum account',
    anchors: { words: chainWords, run: [64, 66] },
    pattern: /(?<![A-Za-z0-9_+/.-])(?<secret>(?:0x)?[0-9a-fA-F]{64})(?![A-Za-z0-9_+/=-])/,
    around: [128, 4],
    confidence: 'likely',
    rank: -1,
    check: checkEthereum,
    examples: (rng) => [`PRIVATE_KEY=0x${hex64(rng)}\n`, `DEPLOYER_PRIVATE_KEY="${hex64(rng)}"\n`],
    nearMisses: (rng) => [`PRIVATE_KEY_SHA256=${hex64(rng)}\n`, `PRIVATE_KEY=0x${'f'.repeat(64)}\n`, `COMMIT=${hex64(rng)}\n`],
  },
  {
    id: 'vapid-private-key',
    facts: ['VAPID/Web-push VAPID key pair'],
    name: 'Private key of web push (VAPID)',
    anchors: { words: ['vapid', 'web push', 'webpush', 'web_push'], run: [43, 43] },
    pattern: /(?<![A-Za-z0-9_+/.-])(?<secret>[A-Za-z0-9_-]{43})(?![A-Za-z0-9_+/=-])/,
    around: [320, 192],
    confidence: 'likely',
    check: checkVapid,
    examples: () => {
      const [publicKey, privateKey] = vapidPair();
      return [`VAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}\n`, `{"vapidPrivateKey": "${privateKey}"}`];
    },
    nearMisses: () => [`VAPID_PUBLIC_KEY=${vapidPair()[1]}\n`],
  },
  {
    id: 'tink-keyset',
    facts: ['Tink/Tink cleartext keyset'],
    name: 'Key of a Tink keyset in clear text',
    anchors: { words: ['tink'], run: [16, 500] },
    pattern: /google\.crypto\.tink\.[A-Za-z0-9]{3,40}"[\s\S]{0,40}?"value"\s{0,4}:\s{0,4}"(?<secret>[A-Za-z0-9+/]{20,2000}={0,2})"/,
    around: [160, 2200],
    confidence: 'certain',
    check: ({ window, start, end, secret }) => {
      const near = window.text.slice(Math.max(0, start - 200), end + 120);
      if (!/"keyMaterialType"\s{0,4}:\s{0,4}"(?:SYMMETRIC|ASYMMETRIC_PRIVATE)"/.test(near)) return null;
      return { canonical: Buffer.from(secret, 'base64'), proven: true };
    },
    examples: (rng) => [tinkKeyset(rng, 'SYMMETRIC')],
    nearMisses: (rng) => [tinkKeyset(rng, 'ASYMMETRIC_PUBLIC')],
  },
];

function tinkKeyset(rng: Rng, keyMaterialType: string): string {
  const keyData = {
    typeUrl: 'type.googleapis.com/google.crypto.tink.AesGcmKey',
    value: `GiA1${rng.chars(alphabets.alnum, 40)}`,
    keyMaterialType,
  };
  return JSON.stringify({ primaryKeyId: 42, key: [{ keyData, status: 'ENABLED', keyId: 42, outputPrefixType: 'TINK' }] });
}
