/** What `make` gives, made for the first who asks: what few files need is not made at every start. */
export function lazy<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
