/** Letters that may be wrong, missing or too many: a slip of the hand; names of different variables lie further apart. */
const SLIPS_MAX = 2;

/** The known name that `name` was probably meant to be, or null. */
export function meantBy(name: string, known: readonly string[]): string | null {
  const near = known.map((candidate) => ({ candidate, away: slips(name, candidate) })).filter(({ away }) => away <= SLIPS_MAX);
  return near.sort((left, right) => left.away - right.away)[0]?.candidate ?? null;
}

/** Levenshtein's distance; two letters that changed places are two. */
function slips(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row += 1) {
    const here = [row];
    for (let at = 1; at <= right.length; at += 1) {
      const replaced = (above[at - 1] ?? 0) + (left[row - 1] === right[at - 1] ? 0 : 1);
      here.push(Math.min(replaced, (above[at] ?? 0) + 1, (here[at - 1] ?? 0) + 1));
    }
    above = here;
  }
  return above[right.length] ?? 0;
}
