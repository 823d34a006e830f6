import * as fs from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const privateKey = (crv: 'Ed25519' | 'X25519') =>
  Type.Object({ kty: Type.Literal('OKP'), crv: Type.Literal(crv), x: Type.String(), d: Type.String() });

const IdentitySchema = Type.Object({
  controlPlaneUrl: Type.String(),
  sensorId: Type.String({ minLength: 1, maxLength: 64 }),
  workspaceId: Type.String({ minLength: 1, maxLength: 64 }),
  signingKey: privateKey('Ed25519'),
  encryptionKey: privateKey('X25519'),
});

/** Who the sensor is: what enrolment gave, with the private keys as JWKs. */
export type Identity = Static<typeof IdentitySchema>;

const validator = Compile(IdentitySchema);
const NAME = 'identity.json';

/** `identity.json` (0600) in the state folder (0700). */
export class IdentityFile {
  readonly #folder: string;
  readonly #file: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, NAME);
  }

  /** Makes the folder. @throws config.invalid when it cannot be made or written. */
  async prepare(): Promise<void> {
    try {
      makeFolder(fs, this.#folder, 0o700);
      const probe = join(this.#folder, `.writable-${process.pid}`);
      await (await open(probe, 'w', 0o600)).close();
      await rm(probe);
    } catch (cause) {
      throw new TidewaiterError('config.invalid', {
        which: 'TIDEWAITER_STATE_DIR',
        got: cause instanceof Error ? cause.message : this.#folder,
        want: 'a folder this user can write to',
        remedy: 'Make the folder, or set the variable to one that outlives restarts.',
        cause,
      });
    }
  }

  /** Null before the first enrolment. @throws config.invalid for a file that is not one of ours. */
  async read(): Promise<Identity | null> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
      throw this.#invalid('a file that cannot be read', cause);
    }
    return this.#parse(text);
  }

  /** All of it or nothing: no partial file stays. @throws config.invalid when it cannot be written. */
  async write(identity: Identity): Promise<void> {
    const partial = `${this.#file}.partial`;
    try {
      await writeDurably(partial, JSON.stringify(identity));
      await rename(partial, this.#file);
    } catch (cause) {
      // What could not be made may not be removed either; why it could not be made is what counts.
      await rm(partial, { force: true }).catch(() => undefined);
      throw this.#unwritten(cause);
    }
  }

  #parse(text: string): Identity {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw this.#invalid('no JSON', cause);
    }
    if (validator.Check(value)) return value;
    throw this.#invalid('another shape');
  }

  #unwritten(cause: unknown): TidewaiterError {
    return new TidewaiterError('config.invalid', {
      which: this.#file,
      got: cause instanceof Error ? cause.message : 'a file that cannot be written',
      want: 'a state folder with room for the identity, which this user can write to',
      remedy: 'Make room, or mend the folder, and enrol the sensor with a new enrolment token: this one may be used up.',
      cause,
    });
  }

  #invalid(got: string, cause?: unknown): TidewaiterError {
    return new TidewaiterError('config.invalid', {
      which: this.#file,
      got,
      want: 'the identity that enrolment wrote',
      remedy: 'Restore the file, or remove it and enrol the sensor with a new enrolment token.',
      cause,
    });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
