import { Beside, ByteInput, readZstd, type Stop } from '../layers/index.ts';
import { type Archive, type FormatLater, startsWith, stemOf } from './format.ts';

/** zstd (RFC 8878), as layers have it; a file that begins with a skippable frame is one, too. */
export const zstd: FormatLater = {
  name: 'zstd',
  is: (head) =>
    startsWith(head, 0x28, 0xb5, 0x2f, 0xfd) || (((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18)),
  isAlone: false,
  readLater: readZstdFile,
};

async function readZstdFile(chunks: AsyncIterable<Uint8Array>, archive: Archive): Promise<Stop> {
  const inside = archive.stream(stemOf(archive.path, '.zst', '.zstd'));
  const input = new ByteInput(chunks, () => undefined);
  const beside = new Beside(archive.tarLimits.besideBytesMax);
  const stop = await readZstd(input, inside.block, archive.tarLimits, beside);
  for (const reason of inside.end(stop)) archive.gap(reason, null, null);
  return readBeside(beside, archive);
}

/** What skippable frames carry: bytes of the file, which are read as such, but what is packed in them is opened only as a file of its own. */
function readBeside(beside: Beside, archive: Archive): Stop {
  const files = beside.kept.next().done ? null : archive.files();
  for (const [what, parts] of beside.kept) {
    files?.begin(`!(${what})`, -1);
    let stop: Stop = null;
    for (const bytes of parts) stop ??= files?.write(bytes) ?? null;
    files?.end(stop);
    if (stop) return stop;
  }
  return beside.isCut ? 'limit-bytes' : null;
}
