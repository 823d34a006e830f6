import { type Command, Option } from 'commander';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { ExclusionPreset, Exclusions } from '@tidewaiter/shared/exclusions';
import { type Confidence, confidences } from '@tidewaiter/shared/judgement';
import type { DetectorSources } from '../scan/index.ts';

/** What is looked for and what of it is reported, as `scan` and `explain` take it. */
export interface FilterOptions {
  readonly minConfidence: Confidence;
  readonly exclude: readonly string[];
  readonly excludePreset?: ExclusionPreset;
  readonly rules?: string;
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

const collect = (one: string, before: readonly string[]): readonly string[] => [...before, one];

export function withFilterOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--min-confidence <confidence>', 'report findings at least this sure').choices([...confidences]).default('likely'),
    )
    .option(
      '--exclude <expression>',
      'do not report findings whose path matches (RE2, searched in "/" and the path); repeatable',
      collect,
      [],
    )
    .addOption(
      new Option('--exclude-preset <name>', 'do not report findings in the paths of this list, unless certain').choices(['default']),
    )
    .option('--rules <file>', 'find custom rules, too (YAML, docs/custom-rules.md)')
    .option('--enable <detector>', 'switch on a detector that is off unless asked for; repeatable', collect, [])
    .option('--disable <detector>', 'switch off a detector; repeatable', collect, []);
}

export function detectorSourcesOf({ rules, enable, disable }: FilterOptions): DetectorSources {
  return { rulesFile: rules ?? null, enable, disable, named: { rulesFile: '--rules', enable: '--enable', disable: '--disable' } };
}

/** Loaded on demand: most scans exclude nothing. @throws usage.invalid naming every expression that cannot be used. */
export async function exclusionsOf({ exclude, excludePreset }: FilterOptions): Promise<Exclusions | null> {
  if (exclude.length === 0 && excludePreset === undefined) return null;
  const { Exclusions, faultOfExpressions } = await import('@tidewaiter/shared/exclusions');
  const got = faultOfExpressions(exclude);
  if (got !== null) {
    throw new TidewaiterError('usage.invalid', {
      which: '--exclude',
      got,
      want: 'regular expressions in RE2 syntax, see docs/exclusions.md',
    });
  }
  return new Exclusions({ presets: excludePreset ? [excludePreset] : [], expressions: exclude });
}
