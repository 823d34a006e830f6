import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';

export interface TarEntry extends Partial<Header> {
  readonly name: string;
  readonly content?: string | Buffer;
}

/** A tar as tar-stream packs it. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const packer = pack();
  const whole = buffer(packer);
  for (const { content = '', ...header } of entries) await entryOf(packer, { mtime: new Date(0), ...header }, content);
  packer.finalize();
  return whole;
}

function entryOf(packer: ReturnType<typeof pack>, header: TarEntry, content: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    packer.entry(header, content, (error) => (error ? reject(error) : resolve()));
  });
}

export interface RawHeader {
  readonly name?: string | Buffer;
  readonly size?: number | Buffer;
  readonly type?: string;
  readonly link?: string;
  readonly prefix?: string;
  readonly magic?: string;
  /** Added to the right checksum. */
  readonly checksumOff?: number;
  readonly fill?: (block: Buffer) => void;
}

/** One header block by hand, for what no packer writes. */
export function rawHeader({
  name = 'x',
  size = 0,
  type = '0',
  link = '',
  prefix = '',
  magic = 'ustar\u000000',
  checksumOff = 0,
  fill,
}: RawHeader): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(name).copy(block, 0, 0, 100);
  block.write('0000644\0', 100, 'latin1');
  if (typeof size === 'number') block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else size.copy(block, 124);
  block.write(type, 156, 'latin1');
  block.write(link, 157, 'latin1');
  block.write(magic, 257, 'latin1');
  block.write(prefix, 345, 'latin1');
  fill?.(block);
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0) + checksumOff;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `content` filled up to whole blocks. */
export function padded(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export const END = Buffer.alloc(1024);

/** Pax records with right lengths. */
export function paxBody(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      const bytes = Buffer.byteLength(rest);
      const length = [1, 2, 3, 4, 5, 6].map((digits) => bytes + digits).find((total) => String(total).length === total - bytes) ?? bytes;
      return Buffer.from(`${length}${rest}`);
    }),
  );
}
