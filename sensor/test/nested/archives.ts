import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string | Buffer;
  readonly content: string | Buffer;
  readonly method?: number;
  /** General purpose bits (APPNOTE 4.4.4): 1 encrypted, 8 sizes follow. */
  readonly flags?: number;
  /** Left out of the central directory. */
  readonly isHidden?: boolean;
  /** What stands in the archive instead of the packed content. */
  readonly packed?: Buffer;
  readonly extra?: Buffer;
}

/** A zip archive by hand (APPNOTE 4.3), for what no packer writes. `before` stands before it, as in one that unpacks itself. */
export function zipOf(
  members: readonly ZipMember[],
  { before = '', comment = '' }: { readonly before?: string | Buffer; readonly comment?: string } = {},
): Buffer {
  const [parts, central]: [Buffer[], Buffer[]] = [[], []];
  let [at, count] = [0, 0];
  for (const member of members) {
    const { entry, directory } = partsOf(member, at);
    parts.push(entry);
    at += entry.length;
    if (member.isHidden) continue;
    central.push(directory);
    count++;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([Buffer.from(before), ...parts, directory, end, Buffer.from(comment)]);
}

function partsOf(
  { name, content, method = 8, flags = 0, packed, extra = Buffer.alloc(0) }: ZipMember,
  offset: number,
): { readonly entry: Buffer; readonly directory: Buffer } {
  const plain = Buffer.from(content);
  const body = packed ?? (method === 8 ? deflateRawSync(plain) : plain);
  const follows = (flags & 8) !== 0;
  const sums = Buffer.alloc(12);
  sums.writeUInt32LE(crc32(plain), 0);
  sums.writeUInt32LE(body.length, 4);
  sums.writeUInt32LE(plain.length, 8);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(flags, 6);
  local.writeUInt16LE(method, 8);
  if (!follows) sums.copy(local, 14);
  local.writeUInt16LE(Buffer.byteLength(name), 26);
  local.writeUInt16LE(extra.length, 28);
  const directory = Buffer.alloc(46);
  directory.writeUInt32LE(0x02014b50, 0);
  directory.writeUInt16LE(flags, 8);
  directory.writeUInt16LE(method, 10);
  sums.copy(directory, 16);
  directory.writeUInt16LE(Buffer.byteLength(name), 28);
  directory.writeUInt32LE(offset, 42);
  const descriptor = follows ? [Buffer.from('PK\x07\x08'), sums] : [];
  return {
    entry: Buffer.concat([local, Buffer.from(name), extra, body, ...descriptor]),
    directory: Buffer.concat([directory, Buffer.from(name)]),
  };
}

/** An ar archive (ar(5)), which a .deb is. */
export function arOf(members: readonly { readonly name: string; readonly content: Buffer | string }[]): Buffer {
  const parts = members.flatMap(({ name, content }) => {
    const bytes = Buffer.from(content);
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
    return [Buffer.from(header), bytes, Buffer.from(bytes.length % 2 === 1 ? '\n' : '')];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export interface CpioMember {
  readonly name: string;
  readonly content?: Buffer | string;
  /** In octal; by default a file's. */
  readonly mode?: number;
}

/** A cpio archive (cpio(5)): the new ASCII format, with sums where the magic says so, or the portable one. */
export function cpioOf(members: readonly CpioMember[], magic: '070701' | '070702' | '070707' = '070701'): Buffer {
  return Buffer.concat(
    [...members, { name: 'TRAILER!!!', mode: 0 }].map((member) => (magic === '070707' ? portableOf(member) : newOf(member, magic))),
  );
}

function newOf({ name, content = '', mode = 0o100644 }: CpioMember, magic: string): Buffer {
  const bytes = Buffer.from(content);
  const sum = magic === '070702' ? bytes.reduce((total, byte) => total + byte, 0) : 0;
  const fields = [1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, sum];
  const header = Buffer.from(`${magic}${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`);
  return Buffer.concat([header, Buffer.alloc(-header.length & 3), bytes, Buffer.alloc(-bytes.length & 3)]);
}

function portableOf({ name, content = '', mode = 0o100644 }: CpioMember): Buffer {
  const bytes = Buffer.from(content);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  const ids = [0, 1, mode, 0, 0, 1, 0].map((field) => octal(field, 6)).join('');
  return Buffer.concat([
    Buffer.from(`070707${ids}${octal(0, 11)}${octal(Buffer.byteLength(name) + 1, 6)}${octal(bytes.length, 11)}${name}\0`),
    bytes,
  ]);
}
