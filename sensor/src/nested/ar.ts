import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatNow, startsWith } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';

const MAGIC = Buffer.from('!<arch>\n');
const HEADER_BYTES = 60;

/** ar as ar(5) has it: .deb (deb(5): control.tar, data.tar) and static libraries. GNU's long names stay as they stand there. */
export const ar: FormatNow = { name: 'ar', is: (head) => head[0] === MAGIC[0] && startsWith(head, ...MAGIC), read: readAr };

function* readAr(input: PushInput, archive: Archive): Reading<Stop> {
  yield* input.pass(MAGIC.length);
  const files = archive.files();
  for (let entries = 0; yield* input.fill(HEADER_BYTES); entries++) {
    if (entries >= archive.limits.entriesMax) return 'limit-entries';
    const header = Buffer.from(input.pending.subarray(0, HEADER_BYTES)).toString('latin1');
    const size = /^\d{1,10} *$/.exec(header.slice(48, 58));
    if (!size || header.slice(58) !== '`\n') return 'corrupt';
    input.skip(HEADER_BYTES);
    const stop = yield* readMember(input, files, header.slice(0, 16).trimEnd().replace(/\/$/, ''), Number(size[0]));
    if (stop) return stop;
  }
  return input.pending.length > 0 ? 'truncated' : null;
}

function* readMember(input: PushInput, files: ReturnType<Archive['files']>, name: string, size: number): Reading<Stop> {
  files.begin(name, size);
  let stop: Stop = null;
  for (let left = size; left > 0 && !stop; ) {
    const bytes = yield* input.take(left);
    left -= bytes.length;
    stop = bytes.length === 0 ? 'truncated' : files.write(bytes);
  }
  files.end(stop);
  // Members begin at even offsets.
  if (!stop && size % 2 === 1) yield* input.pass(1);
  return stop;
}
