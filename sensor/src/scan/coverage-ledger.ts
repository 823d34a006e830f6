import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Coverage, Gap } from '@tidewaiter/shared/findings';
import { emptyCoverage, GAPS_MAX } from '@tidewaiter/shared/judgement';

/** Keeps the account of one blob while it streams by. */
export class CoverageLedger {
  #filesScanned = 0;
  #filesUnread = 0;
  #otherEntries = 0;
  #bytesScanned = 0;
  #bytesUnread = 0;
  #nestedFilesScanned = 0;
  #nestedFilesUnread = 0;
  #nestedBytesScanned = 0;
  readonly #gaps: Gap[] = [];
  #gapsOmitted = 0;
  #scannedOfFile = 0;

  /** An entry without content: directory, link, device. */
  other(): void {
    this.#otherEntries++;
  }

  beginFile(): void {
    this.#scannedOfFile = 0;
  }

  scanned(bytes: number): void {
    this.#scannedOfFile += bytes;
  }

  /**
   * @param declared the size its header gives; null when there is none.
   * @throws internal when a file that is called whole is not: the account would lie.
   */
  endFile(declared: number | null, gap: Gap | null): void {
    const unread = declared === null ? 0 : declared - this.#scannedOfFile;
    if (gap) this.gap(gap);
    else if (unread !== 0)
      throw new TidewaiterError('internal', { which: 'coverage of a file', got: `${this.#scannedOfFile} bytes`, want: `${declared}` });
    if (gap) this.#filesUnread++;
    else this.#filesScanned++;
    this.#bytesScanned += this.#scannedOfFile;
    this.#bytesUnread += unread;
  }

  /** Bytes of files that lie in files of the layer: counted apart, so that the sums stay those of the tar. */
  nestedBytes(bytes: number): void {
    this.#nestedBytesScanned += bytes;
  }

  nestedFile(gap: Gap | null): void {
    if (gap) this.gap(gap);
    if (gap) this.#nestedFilesUnread++;
    else this.#nestedFilesScanned++;
  }

  gap(gap: Gap): void {
    if (this.#gaps.length < GAPS_MAX) this.#gaps.push(gap);
    else this.#gapsOmitted++;
  }

  coverage(): Coverage {
    const filesSeen = this.#filesScanned + this.#filesUnread;
    return {
      ...emptyCoverage,
      entriesSeen: filesSeen + this.#otherEntries,
      otherEntries: this.#otherEntries,
      filesSeen,
      filesScanned: this.#filesScanned,
      filesUnread: this.#filesUnread,
      bytesSeen: this.#bytesScanned + this.#bytesUnread,
      bytesScanned: this.#bytesScanned,
      bytesUnread: this.#bytesUnread,
      nestedFilesSeen: this.#nestedFilesScanned + this.#nestedFilesUnread,
      nestedFilesScanned: this.#nestedFilesScanned,
      nestedFilesUnread: this.#nestedFilesUnread,
      nestedBytesScanned: this.#nestedBytesScanned,
      gaps: this.#gaps,
      gapsOmitted: this.#gapsOmitted,
      complete: this.#gaps.length === 0,
    };
  }
}
