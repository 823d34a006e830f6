import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Incident, IncidentChange } from '../storage/index.ts';
import type { IncidentAction } from './face.ts';

/**
 * What `action` makes of an incident; null when it is so already.
 * Open (triggered, assigned): all but reopen. Closed (resolved, ignored): only reopen first, or another reason to ignore.
 * @throws resource.conflict when its status does not allow the action.
 */
export function changeOf(incident: Incident, action: IncidentAction, nowMs: number): IncidentChange | null {
  switch (action.kind) {
    case 'assign':
      mustBeOpen(incident, action);
      return incident.assignee === action.assignee ? null : { status: 'assigned', assignee: action.assignee };
    case 'unassign':
      mustBeOpen(incident, action);
      return incident.assignee === null ? null : { status: 'triggered', assignee: null };
    case 'resolve':
      if (incident.status === 'resolved') return null;
      mustBeOpen(incident, action);
      return { status: 'resolved', resolvedAt: nowMs };
    case 'ignore':
      if (incident.status === 'ignored' && incident.ignoreReason === action.reason) return null;
      if (incident.status !== 'ignored') mustBeOpen(incident, action);
      return { status: 'ignored', ignoreReason: action.reason };
    case 'reopen':
      if (isOpen(incident)) return null;
      return { status: incident.assignee === null ? 'triggered' : 'assigned', ignoreReason: null, resolvedAt: null };
    case 'set-severity':
      return incident.severity === action.severity ? null : { severity: action.severity };
  }
}

const isOpen = ({ status }: Incident): boolean => status === 'triggered' || status === 'assigned';

function mustBeOpen(incident: Incident, action: IncidentAction): void {
  if (isOpen(incident)) return;
  throw new TidewaiterError('resource.conflict', {
    which: `incident ${incident.id}: cannot ${action.kind}`,
    got: incident.status,
    want: 'triggered or assigned',
    remedy: 'Reopen it first.',
  });
}
