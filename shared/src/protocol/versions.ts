import { TidewaiterError } from '../errors/index.ts';
import { PAYLOAD_SCHEMAS, PROTOCOL_VERSION } from './limits.ts';

const REMEDY = 'Bring sensor and control plane to versions that are at most one minor release apart.';

interface Spoken {
  readonly protocols: readonly number[];
  readonly schemas: readonly number[];
}

/**
 * The schema that both sides of a session speak: the largest that either reads.
 * @param which the frame that says what its sender speaks.
 * @throws protocol.version-unsupported, protocol.schema-unsupported, with what either side speaks.
 */
export function agreeOnSchema(which: string, { protocols, schemas }: Spoken): number {
  if (!protocols.includes(PROTOCOL_VERSION))
    throw new TidewaiterError('protocol.version-unsupported', {
      which,
      got: `protocols ${listOf(protocols)}`,
      want: `protocol ${PROTOCOL_VERSION}`,
      remedy: REMEDY,
    });
  const common = schemas.filter((schema) => PAYLOAD_SCHEMAS.includes(schema));
  if (common.length > 0) return Math.max(...common);
  throw new TidewaiterError('protocol.schema-unsupported', {
    which,
    got: `schemas ${listOf(schemas)}`,
    want: `one of ${listOf(PAYLOAD_SCHEMAS)}`,
    remedy: REMEDY,
  });
}

/** A payload of a schema that this build does not read. */
export function unspokenSchema(which: string, schema: number): TidewaiterError {
  return new TidewaiterError('protocol.schema-unsupported', {
    which,
    got: `schema ${schema}`,
    want: `one of ${listOf(PAYLOAD_SCHEMAS)}`,
    remedy: REMEDY,
  });
}

const listOf = (numbers: readonly number[]): string => numbers.join(', ') || 'none';
