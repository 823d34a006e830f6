import { alphabets } from '../alphabets.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';

/** wg(8): 32 bytes in base64. A private key is a clamped scalar of Curve25519 (RFC 7748, 5); a preshared key is any 32 bytes. */
function checkKey({ secret, groups }: Candidate): Found | null {
  const key = Buffer.from(secret, 'base64');
  if (groups['name'] === 'PresharedKey') return {};
  const isClamped = ((key[0] ?? 0) & 7) === 0 && ((key[31] ?? 0) & 0xc0) === 0x40;
  return isClamped ? { confidence: 'certain' } : { confidence: 'possible' };
}

function clamped(rng: Rng): string {
  const key = Buffer.from(rng.chars(alphabets.base64, 43), 'base64');
  key.writeUInt8((key[0] ?? 0) & 0xf8, 0);
  key.writeUInt8(((key[31] ?? 0) & 0x3f) | 0x40, 31);
  return key.toString('base64');
}

export const rules: readonly Rule[] = [
  {
    id: 'wireguard-key',
    name: 'WireGuard private or preshared key',
    facts: ['WireGuard/Private / preshared key'],
    anchors: { words: ['privatekey', 'presharedkey'], run: [16, 43] },
    pattern: /(?<name>PrivateKey|PresharedKey)\s{0,4}=\s{0,4}(?<secret>[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])/,
    around: [96, 48],
    confidence: 'likely',
    check: checkKey,
    examples: (rng) => [`[Interface]\nPrivateKey = ${clamped(rng)}\nAddress = 10.0.0.2\n`],
    nearMisses: (rng) => [`[Peer]\nPublicKey = ${clamped(rng)}\n`, `PrivateKey = ${rng.chars(alphabets.alnum, 30)}=`],
  },
];
