import type { Log } from '../telemetry/index.ts';
import { SKEW_ERROR_MS, SKEW_WARN_MS } from './limits.ts';

/** Says when this machine's clock and the control plane's differ so much that signatures will be refused. */
export function reportSkew(serverTime: string, nowMs: number, log: Log): void {
  const skewMs = nowMs - Date.parse(serverTime);
  if (!Number.isFinite(skewMs) || Math.abs(skewMs) < SKEW_WARN_MS) return;
  const remedy = 'Synchronise the clock (chrony, systemd-timesyncd).';
  if (Math.abs(skewMs) < SKEW_ERROR_MS) log.warn({ skewMs, remedy }, 'this clock differs from the control plane’s');
  else log.error({ skewMs, remedy }, 'this clock is off by more than 5 minutes: AWS refuses such signatures (InvalidSignatureException)');
}
