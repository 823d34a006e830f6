import { readFile } from 'node:fs/promises';
import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { enrol, type Identity, type IdentityFile, type PostJson } from '../enrolment/index.ts';
import type { Log } from '../telemetry/index.ts';
import { ReconnectWindows } from './reconnect.ts';

/** Probes with an enrolment token that was refused: the operator must give another. */
const ENROLMENT_PROBE_MS = 60_000;
/** As the API takes it; a host's own name may be longer. */
const NAME_CHARACTERS_MAX = 128;

/** What enrolling takes from the composition root. `token` and what stands in `tokenFile` are secrets; one of the two is null. */
export interface EnrolmentParts {
  readonly controlPlaneUrl: string;
  readonly token: string | null;
  /** Read anew at each try. */
  readonly tokenFile: string | null;
  readonly name: string;
  readonly file: IdentityFile;
  readonly post: PostJson;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly stop: AbortSignal;
}

/** Enrols as often as it takes: the control plane may be away, the token may have to be replaced. */
export class Enrolments {
  readonly #parts: EnrolmentParts;
  /** A token serves once in a process, lest a control plane that forgets us makes us enrol for ever. */
  #spent: string | null = null;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /** What was stored, or a new one. Null when the process is told to stop meanwhile. @throws config.invalid without a token. */
  async identity(): Promise<Identity | null> {
    const { log, stop, file, random, monotonic } = this.#parts;
    const stored = await file.read();
    if (stored) return this.#stored(stored);
    const windows = new ReconnectWindows(random, monotonic);
    while (!stop.aborted) {
      const rest = await windows.next(stop);
      const token = await this.#token();
      if (token === null) throw tokenMissing();
      try {
        return await this.#enrol(token);
      } catch (error) {
        if (stop.aborted) return null;
        const isNetwork = hasCode(error, 'control-plane.unreachable');
        const remedy = error instanceof TidewaiterError ? error.facts.remedy : undefined;
        log[isNetwork ? 'warn' : 'error']({ err: error, remedy }, 'the sensor could not enrol; it will be tried again');
        await rest(isNetwork ? 0 : ENROLMENT_PROBE_MS);
      }
    }
    return null;
  }

  /** A new identity for a sensor that the control plane does not know, if there is a token that was not used yet; else null. */
  async again(): Promise<Identity | null> {
    try {
      const token = await this.#token();
      return token === null || token === this.#spent ? null : await this.#enrol(token);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the sensor could not enrol anew');
      return null;
    }
  }

  #stored(identity: Identity): Identity {
    const { controlPlaneUrl } = this.#parts;
    if (identity.controlPlaneUrl !== controlPlaneUrl)
      this.#parts.log.warn(
        { enrolledAt: identity.controlPlaneUrl, controlPlaneUrl },
        'the control plane’s URL has changed since enrolment; if it is another control plane, remove the state folder and enrol anew',
      );
    return identity;
  }

  async #enrol(token: string): Promise<Identity> {
    const { controlPlaneUrl, name, nowMs, stop, log, file, post } = this.#parts;
    const identity = await enrol({ controlPlaneUrl, token, name: name.slice(0, NAME_CHARACTERS_MAX), post, nowMs, signal: stop }).catch(
      (error: unknown) => {
        if (!hasCode(error, 'control-plane.unreachable')) this.#spent = token;
        throw error;
      },
    );
    this.#spent = token;
    await file.write(identity);
    log.info({ sensorId: identity.sensorId, workspaceId: identity.workspaceId }, 'the sensor is enrolled');
    return identity;
  }

  async #token(): Promise<string | null> {
    const { token, tokenFile } = this.#parts;
    if (tokenFile === null) return token;
    try {
      return (await readFile(tokenFile, 'utf8')).trim() || null;
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : tokenFile;
      throw new TidewaiterError('config.invalid', {
        which: 'TIDEWAITER_ENROLMENT_TOKEN_FILE',
        got,
        want: 'a file that can be read',
        cause,
      });
    }
  }
}

function tokenMissing(): TidewaiterError {
  return new TidewaiterError('config.invalid', {
    which: 'TIDEWAITER_ENROLMENT_TOKEN',
    got: 'nothing, and the state folder holds no identity',
    want: 'an enrolment token',
    remedy: 'Make one (POST /api/v1/enrolment-tokens) and set TIDEWAITER_ENROLMENT_TOKEN or TIDEWAITER_ENROLMENT_TOKEN_FILE.',
  });
}
