import type { Stop } from '../layers/index.ts';
import type { Inside } from './inside.ts';
import type { PushInput, Reading } from './push-input.ts';

/** Reads one deflated stream (RFC 1951), and after its last block its trailer. */
export function* readDeflated(input: PushInput, inside: Inside, readTrailer: () => Reading<Stop>): Reading<Stop> {
  inside.beginDeflated();
  for (;;) {
    if (!(yield* input.fill(1))) return 'truncated';
    const { consumed, state } = inside.writeDeflated(input.pending);
    input.skip(consumed);
    if (state === 'ended') return yield* readTrailer();
    if (state !== 'hungry') return state;
  }
}
