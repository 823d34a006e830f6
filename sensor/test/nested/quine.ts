import { crc32 } from 'node:zlib';

/** Whole bytes, of bits written lowest first (RFC 1951 3.1.1). */
function bytesOf(bits: string): Buffer {
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(Array.from(byte).toReversed().join(''), 2)));
}

const little = (bytes: number, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};

/** "Give the next `length` bytes": the head of a stored block, five bytes. */
const literal = (length: number): Buffer => Buffer.concat([Buffer.of(0), little(2, length), little(2, length ^ 0xffff)]);

/** A match of ten bytes, twenty back: length code 264, distance code 8 with 3 more (RFC 1951 3.2.5). */
const MATCH = ['0001000', '01000', '110'].join('');
const END = '0000000';
/** "Give the last twenty bytes again": a block of fixed codes, five bytes as well. */
const again = bytesOf(`010${MATCH}${MATCH}${END}`);

/**
 * A gzip file that unpacks to itself (the construction is R. Cox's, "Zip Files All the Way Down", 2010). Head and tail are made fifteen bytes
 * long, so that one instruction repeats either with the five that lead to it.
 */
export function quineGzip(): Buffer {
  const head = Buffer.concat([Buffer.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3), Buffer.from('q.gz\0')]);
  const [empty, one, four] = [literal(0), literal(5), literal(20)];
  const last = Buffer.concat([bytesOf(`010${END}010${END}1000`), Buffer.of(0, 0, 0xff, 0xff)]);
  const fileOf = (sum: number, sizeBytes: number): Buffer => {
    const tail = Buffer.concat([last, little(4, sum), little(4, sizeBytes)]);
    const begin = [head, four, head, four, again, one, again, one, one, four, again, one, one, four];
    const middle = [again, four, again, four, again, four, again, four, again, empty, empty, four, again, empty, empty, four];
    return Buffer.concat([...begin, ...middle, again, tail, again, tail]);
  };
  const sizeBytes = fileOf(0, 0).length;
  return fileOf(
    fixedPoint((sum) => crc32(fileOf(sum, sizeBytes))),
    sizeBytes,
  );
}

/** x = f(x) for f that is linear but for a constant, as a CRC is: Gauss, over bits. */
function fixedPoint(f: (x: number) => number): number {
  const constant = f(0);
  // Each row: a combination of bits of x (high half) and what (f + 1) makes of it, less the constant.
  const rows = Array.from({ length: 32 }, (_, bit) => ({ from: 2 ** bit, to: (f(2 ** bit) ^ constant ^ (2 ** bit)) >>> 0 }));
  let [left, x] = [constant, 0];
  for (let bit = 31; bit >= 0; bit--) {
    const pivot = rows.find(({ to }) => Math.clz32(to) === 31 - bit);
    if (!pivot) continue;
    for (const row of rows)
      if (row !== pivot && (row.to >>> bit) & 1) [row.to, row.from] = [(row.to ^ pivot.to) >>> 0, (row.from ^ pivot.from) >>> 0];
    if ((left >>> bit) & 1) [left, x] = [(left ^ pivot.to) >>> 0, (x ^ pivot.from) >>> 0];
  }
  if (left !== 0) throw new Error('this file has no such sum');
  return x;
}
