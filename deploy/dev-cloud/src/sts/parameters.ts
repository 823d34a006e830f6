import { AwsError } from '../http/index.ts';

/** The form of a Query-protocol call, read with STS's constraints and their wording. */
export class Parameters {
  readonly #form: URLSearchParams;

  constructor(body: string) {
    this.#form = new URLSearchParams(body);
  }

  optional(name: string): string | undefined {
    return this.#form.get(name) ?? undefined;
  }

  /** A string whose length is within [min, max] and that matches the pattern. */
  text(name: string, min: number, max: number, pattern?: RegExp): string {
    const value = this.optional(name);
    if (value === undefined) throw constraint(name, 'null', 'Member must not be null');
    if (value.length < min) throw constraint(name, value, `Member must have length greater than or equal to ${min}`);
    if (value.length > max) throw constraint(name, value, `Member must have length less than or equal to ${max}`);
    if (pattern !== undefined && !pattern.test(value)) {
      throw constraint(name, value, `Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`);
    }
    return value;
  }

  /** A list, `Name.member.1`, `Name.member.2`, …, of min to max items of 1 to 1,000 characters. */
  members(name: string, min: number, max: number): readonly string[] {
    const found: string[] = [];
    for (let n = 1; this.optional(`${name}.member.${n}`) !== undefined; n++) found.push(this.text(`${name}.member.${n}`, 1, 1000));
    if (found.length < min) throw constraint(name, 'null', 'Member must not be null');
    if (found.length > max) throw constraint(name, `[${found.join(', ')}]`, `Member must have length less than or equal to ${max}`);
    return found;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const given = this.text(name, 1, 100);
    const known = values.find((value) => value === given);
    if (known === undefined) throw constraint(name, given, `Member must satisfy enum value set: [${values.join(', ')}]`);
    return known;
  }

  integer(name: string, min: number, max: number, fallback: number): number {
    const value = this.optional(name) ?? String(fallback);
    if (!/^\d+$/.test(value)) throw new AwsError('MalformedInput', 400, `${name} must be an integer`);
    if (Number(value) < min) throw constraint(name, value, `Member must have value greater than or equal to ${min}`);
    if (Number(value) > max) throw constraint(name, value, `Member must have value less than or equal to ${max}`);
    return Number(value);
  }

  roleArn(): string {
    return this.text('RoleArn', 20, 2048, /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/);
  }

  sessionName(): string {
    return this.text('RoleSessionName', 2, 64, /^[\w+=,.@-]*$/);
  }

  /** DurationSeconds, 900 to 43,200 by its shape, at most what the role (or role chaining) allows. */
  durationSeconds(maxSessionSeconds: number, chained: boolean): number {
    const seconds = this.integer('DurationSeconds', 900, 43_200, 3600);
    if (chained && seconds > chainedSecondsMax) {
      throw new AwsError(
        'ValidationError',
        400,
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    }
    if (seconds > maxSessionSeconds) {
      throw new AwsError('ValidationError', 400, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    }
    return seconds;
  }
}

/** A role assumed with another role's session lasts an hour at most, whatever the role allows (IAM user guide, "Role chaining"). */
const chainedSecondsMax = 3600;

function constraint(name: string, value: string, text: string): AwsError {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  // A token is a secret: AWS's own message leaves its value out.
  const shown = name === 'WebIdentityToken' ? '' : `Value '${value}' `;
  return new AwsError('ValidationError', 400, `1 validation error detected: ${shown}at '${member}' failed to satisfy constraint: ${text}`);
}
