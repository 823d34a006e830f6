import { hasCode } from '@tidewaiter/shared/errors';
import type { FrameBody, Report } from '@tidewaiter/shared/protocol';
import type { Handling, Reply } from './handling.ts';

/** Keeps a report and acknowledges it: only then may the sensor forget it. */
export async function handleReport(handling: Handling, { report }: FrameBody<'report'>): Promise<Reply> {
  try {
    await keep(handling, report);
  } catch (error) {
    // A word about a lease that is another's by now changes nothing any more: the sensor may drop it.
    if (!hasCode(error, 'assignment.stale')) throw error;
  }
  return { type: 'ack', body: {} };
}

async function keep({ parts, sensor, leases, offerSoon }: Handling, report: Report): Promise<void> {
  switch (report.kind) {
    case 'layer-page':
    case 'layer-done':
    case 'manifest':
      return parts.findings.accept(sensor, report);
    case 'catalog-page':
      return parts.listings.accept(sensor, report);
    case 'outcome': {
      await parts.work.finish(sensor, report);
      leases.ended(report.grant.assignmentId);
      return offerSoon();
    }
  }
}
