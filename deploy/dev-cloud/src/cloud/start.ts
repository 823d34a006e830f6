import { Cloud } from './cloud.ts';
import { type CloudOptions, defaultOptions } from './options.ts';
import { openOrigins } from './origins.ts';
import { makeParts } from './parts.ts';

/** Starts a development cloud on loopback, every origin on a port of the system's choice. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const parts = await makeParts({ ...defaultOptions, ...options });
  return new Cloud(parts, await openOrigins(parts));
}
