import type { Confidence, Visibility } from '@tidewaiter/shared/findings';
import type { Severity } from '../storage/index.ts';
import type { SeverityFacts } from './face.ts';

/*
 * How grave a secret is by what is known without trying it:
 *
 *            visible, not a file   shadowed, deleted
 *  certain   critical              high
 *  likely    high                  medium
 *  possible  medium                low
 *
 * What lies in no file (env, labels, history) is as easy to read as a file: `docker inspect` shows it. What an upper layer hides is
 * still in the image for anyone who can pull it. A generic detector says that something looks like a secret, not whose it is: one
 * step lower.
 */
const bySight: Readonly<Record<Confidence, Readonly<Record<'open' | 'hidden', Severity>>>> = {
  certain: { open: 'critical', hidden: 'high' },
  likely: { open: 'high', hidden: 'medium' },
  possible: { open: 'medium', hidden: 'low' },
};

const sightOf: Readonly<Record<Visibility, 'open' | 'hidden'>> = {
  visible: 'open',
  'not-a-file': 'open',
  shadowed: 'hidden',
  deleted: 'hidden',
};

const lower: Readonly<Record<Severity, Severity>> = { critical: 'high', high: 'medium', medium: 'low', low: 'low' };

/** The severity an incident starts with; a person may change it. */
export function severityOf({ detector, confidence, visibility }: SeverityFacts): Severity {
  const severity = bySight[confidence][sightOf[visibility]];
  return detector.startsWith('generic') ? lower[severity] : severity;
}
