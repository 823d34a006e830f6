/** A policy that this cloud refuses when it is put: malformed, or using an element it would otherwise have to ignore. */
export class PolicyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PolicyError';
  }
}
