import type { Explanation } from './explanation.ts';
import { printable } from '@tidewaiter/shared/errors';

const did: Readonly<Record<string, string>> = {
  writes: 'writes it',
  removes: 'removes it',
  'empties-folder': 'empties its folder',
  'removes-folder': 'removes its folder',
  'replaces-folder': 'puts something else where its folder was',
};

/** The explanation for people. */
export function explanationText({ image, path, images, layers }: Explanation): string {
  const concerned = layers.filter(({ effects, files, unread }) => effects.length > 0 || files.length > 0 || unread !== null);
  const isHeld = layers.some(({ files }) => files.length > 0);
  return [
    `${printable(path)} in ${printable(image.reference)} ${image.digest}`,
    ...(isHeld ? images.flatMap(fateLines) : ['no layer holds it']),
    ...concerned.flatMap(layerLines),
    '',
  ].join('\n');
}

function fateLines({ platform, copies }: Explanation['images'][number]): readonly string[] {
  return copies.map(({ layerDigest, instruction, visibility, by }) => {
    const above = by === null ? '' : ` by layer ${short(by)}`;
    const made = instruction === null ? '' : ` (${printable(instruction)})`;
    return `${platform ?? 'image'}: the copy of layer ${short(layerDigest)}${made} is ${visibility}${above}`;
  });
}

type Layer = Explanation['layers'][number];

function layerLines({ layerDigest, effects, unread, files, filesOmitted, gaps }: Layer): readonly string[] {
  const told = effects.map((effect) => did[effect] ?? effect).join(', ') || 'has it';
  return [
    `layer ${short(layerDigest)} ${unread === null ? told : `could not be read (${unread})`}`,
    ...files.flatMap(fileLines),
    ...(filesOmitted > 0 ? [`  and ${filesOmitted} more files that were not looked at: ask for one of them by its own path`] : []),
    ...gaps.map((gap) => `  not read: ${printable(gap)}`),
  ];
}

function fileLines({
  path,
  type,
  sizeBytes,
  linkTarget,
  bytesRead,
  gap,
  matches,
  drops,
  dropsOmitted,
}: Layer['files'][number]): readonly string[] {
  const link = linkTarget === null ? '' : ` to ${linkTarget}`;
  const size = type === 'file' ? `${bytesRead} of ${sizeBytes ?? bytesRead} bytes read` : `a ${type}${link}, no content of its own`;
  return [
    `  ${printable(path)}: ${printable(size)}${gap === null ? '' : ` (${gap})`}`,
    ...matches.map(
      ({ detector, confidence, preview, line, column, reported, because }) =>
        `    ${line}:${column} ${detector} ${printable(preview)} ${confidence}: ${reported ? 'reported' : 'not reported'}, ${printable(because)}`,
    ),
    ...drops.map(({ detector, offset, because }) => `    at byte ${offset} ${detector} matched and was dropped: ${because}`),
    ...(dropsOmitted > 0 ? [`    and ${dropsOmitted} more were dropped`] : []),
    ...(matches.length + drops.length === 0 && type === 'file' ? ['    nothing matched'] : []),
  ];
}

const short = (digest: string): string => digest.slice(7, 19);
