import { isTar, type Stop } from '../layers/index.ts';
import type { Archive, FormatNow } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';

/** A plain tar, by its first header's checksum; a few bytes that sum up by chance (zeros above all) do not make one. */
export const tar: FormatNow = { name: 'tar', is: isTar, read: readTar };

function* readTar(input: PushInput, archive: Archive): Reading<Stop> {
  const inside = archive.stream('');
  let stop: Stop = null;
  while (!stop && (yield* input.fill(1))) {
    stop = inside.write(input.pending);
    input.skip(input.pending.length);
  }
  for (const reason of inside.end(stop)) archive.gap(reason, null, null);
  return null;
}
