import t from 'tap';
import {
  type Coverage,
  emptyCoverage,
  GAPS_MAX,
  gapOfUnread,
  isAtLeast,
  type PathIndex,
  sumCoverage,
  verdictOf,
  visibilityOf,
} from '@tidewaiter/shared/findings';

const index = (layer: Partial<Record<keyof PathIndex, readonly string[]>>): PathIndex => ({
  files: new Set(layer.files),
  directories: new Set(layer.directories),
  whiteouts: new Set(layer.whiteouts),
  opaques: new Set(layer.opaques),
});
const finding = { pathHash: 'a/b/c', parentHashes: ['a/b', 'a'], superseded: false, inFile: true };

t.test('visibility follows what the layers above did', (t) => {
  t.equal(visibilityOf(finding, []), 'visible');
  t.equal(
    visibilityOf(finding, [index({ files: ['a/b/d'], directories: ['a/b', 'a'] })]),
    'visible',
    'a rewritten parent directory hides nothing',
  );
  t.equal(visibilityOf(finding, [index({ files: ['a/b/c'] })]), 'shadowed');
  t.equal(visibilityOf(finding, [index({ directories: ['a/b/c'] })]), 'shadowed', 'a directory in its place');
  t.equal(visibilityOf(finding, [index({ whiteouts: ['a/b/c'] })]), 'deleted');
  t.equal(visibilityOf(finding, [index({ whiteouts: ['a'] })]), 'deleted', 'a whited-out parent');
  t.equal(visibilityOf(finding, [index({ opaques: ['a/b'] })]), 'deleted', 'an opaque parent');
  t.equal(visibilityOf(finding, [index({ files: ['a/b'] })]), 'deleted', 'a file where its folder was');
  t.equal(
    visibilityOf(finding, [index({}), index({ whiteouts: ['a/b/c'] }), index({ files: ['a/b/c'] })]),
    'deleted',
    'the lowest change decides',
  );
  t.end();
});

t.test('a later entry of the same tar shadows, and a blob is no file', (t) => {
  t.equal(visibilityOf({ ...finding, superseded: true }, []), 'shadowed');
  t.equal(visibilityOf({ ...finding, inFile: false }, [index({ whiteouts: ['a/b/c'] })]), 'not-a-file');
  t.end();
});

t.test('clean needs both: nothing found, everything read', (t) => {
  t.equal(verdictOf({ reportedFindings: 0, complete: true }), 'clean');
  t.equal(verdictOf({ reportedFindings: 0, complete: false }), 'incomplete');
  t.equal(verdictOf({ reportedFindings: 1, complete: true }), 'findings');
  t.equal(verdictOf({ reportedFindings: 1, complete: false }), 'findings');
  t.end();
});

t.test('confidence is ordered', (t) => {
  t.ok(isAtLeast('certain', 'likely'));
  t.ok(isAtLeast('likely', 'likely'));
  t.notOk(isAtLeast('possible', 'likely'));
  t.end();
});

t.test('ledgers add up, and gaps beyond the limit are counted', (t) => {
  const gap = { reason: 'truncated' as const, path: 'x', bytes: 3 };
  const part: Coverage = {
    ...emptyCoverage,
    entriesSeen: 3,
    filesSeen: 2,
    otherEntries: 1,
    filesScanned: 1,
    filesUnread: 1,
    bytesSeen: 10,
    bytesScanned: 7,
    bytesUnread: 3,
    gaps: Array.from({ length: GAPS_MAX }, () => gap),
    complete: false,
  };
  const sum = sumCoverage([part, part, emptyCoverage]);
  t.equal(sum.entriesSeen, 6);
  t.equal(sum.bytesSeen, sum.bytesScanned + sum.bytesUnread);
  t.equal(sum.gaps.length, GAPS_MAX);
  t.equal(sum.gapsOmitted, GAPS_MAX);
  t.notOk(sum.complete);
  t.ok(sumCoverage([]).complete);
  t.end();
});

t.test('what was not read is a gap that says why, of both programs the same', (t) => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const reasonOf = (code: string): string => gapOfUnread(digest, code).reason;
  t.strictSame(gapOfUnread(digest, 'layer.foreign'), { reason: 'foreign', path: digest, bytes: null });
  t.equal(reasonOf('layer.size-mismatch'), 'size-lies');
  t.equal(reasonOf('manifest.too-deep'), 'limit-depth');
  t.equal(reasonOf('fact.disputed'), 'disputed');
  t.equal(reasonOf('internal'), 'download-failed');
  t.equal(reasonOf('toString'), 'download-failed', 'a word of a newer version');
  t.end();
});
