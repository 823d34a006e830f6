/** BIP-173: the characters in the order of their values, and the generator of the code. */
const CHARS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

/** Is the text valid Bech32 (BIP-173): a name, `1`, values and a checksum of six characters, all in one case? */
export function isBech32(text: string): boolean {
  const folded = text.toLowerCase();
  if (text !== folded && text !== text.toUpperCase()) return false;
  const split = folded.lastIndexOf('1');
  const name = Array.from(folded.slice(0, split), (char) => char.charCodeAt(0));
  const values = Array.from(folded.slice(split + 1), (char) => CHARS.indexOf(char));
  if (split < 1 || values.length < 6 || values.includes(-1)) return false;
  return polymod([...name.map((code) => code >> 5), 0, ...name.map((code) => code & 31), ...values]) === 1;
}

/** The six values that make `name`1`values` valid. */
export function bech32Of(name: string, values: readonly number[]): string {
  const codes = Array.from(name.toLowerCase(), (char) => char.charCodeAt(0));
  const check = polymod([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = [25, 20, 15, 10, 5, 0].map((shift) => (check >> shift) & 31);
  return `${name.toLowerCase()}1${[...values, ...tail].map((value) => CHARS.charAt(value)).join('')}`;
}

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((word, bit) => {
      if ((top >>> bit) & 1) check ^= word;
    });
  }
  return check;
}
