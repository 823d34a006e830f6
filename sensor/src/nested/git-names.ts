/** Names kept of one pack, and their characters together. Objects beyond are called by their ids alone. */
const NAMES_MAX = 100_000;
const CHARACTERS_MAX = 10_000_000;
/** Entries of trees that are looked at for them: each version of a folder lists all of it again. */
const ENTRIES_MAX = 1_000_000;
const NAME_CHARACTERS_MAX = 1_024;
/** Of an id: enough to tell a few hundred thousand apart, and as many as a number holds exactly. */
const KEY_BYTES = 6;

const SPACE = 0x20;
const FOLDER = 0x34;
const FILE = 0x31;
const SUBMODULE = 0x36;

/**
 * What blobs were called when they were committed: a tree names what lies in it (gitformat-pack does not; git-mktree(1) has the form). Git
 * packs commits first, then trees, folders before what lies in them, then blobs, so that most names are there when they are wanted.
 */
export class TreeNames {
  readonly #idBytes: number;
  readonly #paths = new Map<number, string>();
  #entries = 0;
  #characters = 0;

  constructor(idBytes: number) {
    this.#idBytes = idBytes;
  }

  /** Where the object was first seen, '' when that is not known. A folder's ends in `/`. */
  pathOf(id: Buffer): string {
    return this.#paths.get(id.readUIntBE(0, KEY_BYTES)) ?? '';
  }

  addTree(id: Buffer, content: Uint8Array): void {
    const folder = this.pathOf(id);
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
    for (let at = 0; at < bytes.length && this.#entries < ENTRIES_MAX; this.#entries++) {
      const space = bytes.indexOf(SPACE, at);
      const end = space < 0 ? -1 : bytes.indexOf(0, space);
      if (end < 0 || end + 1 + this.#idBytes > bytes.length) return;
      this.#add(bytes.readUIntBE(end + 1, KEY_BYTES), folder, bytes, at, space + 1, end);
      at = end + 1 + this.#idBytes;
    }
  }

  /** @param at where its mode stands: 40000 for a folder, 160000 for another repository's commit. */
  #add(key: number, folder: string, bytes: Buffer, at: number, from: number, to: number): void {
    const characters = to - from + folder.length;
    if (this.#paths.has(key) || characters > NAME_CHARACTERS_MAX) return;
    if (this.#paths.size >= NAMES_MAX || this.#characters + characters > CHARACTERS_MAX) return;
    const isFolder = bytes[at] === FOLDER;
    if (!isFolder && (bytes[at] !== FILE || bytes[at + 1] === SUBMODULE)) return;
    this.#characters += characters;
    this.#paths.set(key, `${folder}${bytes.toString('utf8', from, to)}${isFolder ? '/' : ''}`);
  }
}
