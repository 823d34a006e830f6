import { crc32 } from 'node:zlib';

const little = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const summed = (bytes: Buffer): Buffer => Buffer.concat([bytes, little(crc32(bytes))]);

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** One xz stream (The .xz File Format 1.2.1) whose LZMA2 chunks are stored, not packed. @param dictionary its property byte. */
export function xzOf(content: string | Buffer, dictionary = 18): Buffer {
  const plain = Buffer.from(content);
  const flags = Buffer.from([0, 1]);
  const header = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), summed(flags)]);
  const blockHeader = summed(Buffer.from([2, 0, 0x21, 1, dictionary, 0, 0, 0]));
  const chunks: Buffer[] = [];
  for (let at = 0; at < plain.length; at += 0x10000) {
    const piece = plain.subarray(at, at + 0x10000);
    chunks.push(Buffer.from([at === 0 ? 1 : 2, (piece.length - 1) >> 8, (piece.length - 1) & 0xff]), piece);
  }
  const data = Buffer.concat([...chunks, Buffer.from([0])]);
  const block = Buffer.concat([blockHeader, data, Buffer.alloc((4 - (data.length % 4)) % 4), little(crc32(plain))]);
  const records = Buffer.from([0, 1, ...varint(blockHeader.length + data.length + 4), ...varint(plain.length)]);
  const index = summed(Buffer.concat([records, Buffer.alloc((4 - (records.length % 4)) % 4)]));
  const footer = Buffer.concat([little(index.length / 4 - 1), flags]);
  return Buffer.concat([header, block, index, little(crc32(footer)), footer, Buffer.from('YZ')]);
}

class Bits {
  #text = '';

  add(value: number, bits: number): void {
    this.#text += value.toString(2).padStart(bits, '0');
  }

  bytes(): Buffer {
    const whole = this.#text.padEnd(Math.ceil(this.#text.length / 8) * 8, '0');
    return Buffer.from((whole.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  }
}

/** CRC-32 of bzip2: the same polynomial, from the other end. */
function bzip2Sum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return ~sum >>> 0;
}

/** One bzip2 stream of one block, every code nine bits long: for small content without four like bytes in a row. */
export function bzip2Of(content: string | Buffer): Buffer {
  const plain = Buffer.from(content);
  const turns = [...plain.keys()].sort((a, b) => Buffer.compare(turned(plain, a), turned(plain, b)));
  const last = turns.map((at) => plain[(at + plain.length - 1) % plain.length] ?? 0);
  const used = [...new Set(plain)].sort((a, b) => a - b);
  const symbols = [...runsOf(moved(last, used)), used.length + 1];
  const bits = new Bits();
  const sum = bzip2Sum(plain);
  for (const byte of Buffer.from('314159265359', 'hex')) bits.add(byte, 8);
  bits.add(sum, 32);
  bits.add(0, 1);
  bits.add(turns.indexOf(0), 24);
  for (let row = 0; row < 16; row++) bits.add(Number(used.some((byte) => byte >> 4 === row)), 1);
  for (let row = 0; row < 16; row++)
    if (used.some((byte) => byte >> 4 === row)) for (let low = 0; low < 16; low++) bits.add(Number(used.includes(row * 16 + low)), 1);
  const groups = Math.ceil(symbols.length / 50);
  bits.add(2, 3);
  bits.add(groups, 15);
  for (let group = 0; group < groups; group++) bits.add(0, 1);
  for (let table = 0; table < 2; table++) {
    bits.add(9, 5);
    for (let symbol = 0; symbol < used.length + 2; symbol++) bits.add(0, 1);
  }
  for (const symbol of symbols) bits.add(symbol, 9);
  for (const byte of Buffer.from('177245385090', 'hex')) bits.add(byte, 8);
  bits.add(sum, 32);
  return Buffer.concat([Buffer.from('BZh1'), bits.bytes()]);
}

const turned = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);

/** Move to front. */
function moved(bytes: readonly number[], used: readonly number[]): number[] {
  const order = [...used];
  return bytes.map((byte) => {
    const at = order.indexOf(byte);
    order.splice(at, 1);
    order.unshift(byte);
    return at;
  });
}

/** Runs of zeros as numbers of the digits 1 and 2, lowest first; other symbols are one more. */
function runsOf(symbols: readonly number[]): number[] {
  const out: number[] = [];
  let zeros = 0;
  const flush = (): void => {
    for (; zeros > 0; zeros = (zeros - 1 - ((zeros - 1) % 2)) / 2) out.push((zeros - 1) % 2);
  };
  for (const symbol of symbols) {
    if (symbol === 0) zeros++;
    else {
      flush();
      out.push(symbol + 1);
    }
  }
  flush();
  return out;
}
