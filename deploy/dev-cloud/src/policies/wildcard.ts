/** `*` and `?` of IAM patterns (IAM user guide, "Resource": `*` spans any characters, `/` and `:` among them). */
export function wildcardMatches(pattern: string, text: string): boolean {
  const source = pattern
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** ArnLike: each of the six parts is matched on its own, so that `*` does not cross a colon but in the last. */
export function arnMatches(pattern: string, arn: string): boolean {
  const [wanted, got] = [arnParts(pattern), arnParts(arn)];
  if (wanted.length !== 6 || got.length !== 6) return false;
  return wanted.every((part, index) => wildcardMatches(part, got[index] ?? ''));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
