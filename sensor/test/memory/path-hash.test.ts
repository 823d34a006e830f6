import tap from 'tap';
import { BLOCK_AT, createPassMemory, PATH_BYTES } from '../../src/memory/index.ts';

const key = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n] as const;

await tap.test('hashes as the SipHash paper does', async (t) => {
  const memory = createPassMemory();
  const input = Uint8Array.from({ length: 15 }, (_, i) => i);
  memory.bytes.set(input, BLOCK_AT + 3);
  t.equal(memory.pathHash(BLOCK_AT + 3, 15, ...key), 0xa129ca6149be45e5n, 'the vector of its appendix A');
  t.equal(memory.pathHashOf(input, ...key), 0xa129ca6149be45e5n, 'copied in, the same');
  t.equal(memory.pathHash(BLOCK_AT, 0, ...key), 0x726fdb47dd0e0e31n, 'the reference code for no bytes');
});

await tap.test('takes a path of PATH_BYTES and refuses one byte more', async (t) => {
  const memory = createPassMemory();
  t.type(memory.pathHashOf(new Uint8Array(PATH_BYTES), ...key), 'bigint');
  t.throws(() => memory.pathHashOf(new Uint8Array(PATH_BYTES + 1), ...key), /65537 bytes, at most 65536/);
});
