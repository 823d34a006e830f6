/** What of `node:fs` it takes to make folders; the programs pass it in, for shared does no I/O. */
export interface FolderCalls {
  mkdirSync(path: string, options: { readonly mode: number }): unknown;
  statSync(path: string): { isDirectory(): boolean };
}

/**
 * Makes a folder and those above it that are missing. Not with Node's `recursive`: that one loops for ever where the system answers ENOENT
 * for a folder whose parent exists, as /proc does. Ours goes down once, so the path's length bounds it.
 * @throws the system's own error.
 */
export function makeFolder(calls: FolderCalls, folder: string, mode = 0o777): void {
  const parts = folder.split('/').filter((part) => part !== '');
  const top = folder.startsWith('/') ? '/' : '';
  for (let depth = 1; depth <= parts.length; depth++) ensureFolder(calls, top + parts.slice(0, depth).join('/'), mode);
}

function ensureFolder(calls: FolderCalls, folder: string, mode: number): void {
  if (isFolder(calls, folder)) return;
  try {
    calls.mkdirSync(folder, { mode });
  } catch (error) {
    // Another process of ours may have made it meanwhile.
    if (!isFolder(calls, folder)) throw error;
  }
}

/** Whether a folder stands at the path; false as well where one may not look. */
export function isFolder(calls: FolderCalls, path: string): boolean {
  try {
    return calls.statSync(path).isDirectory();
  } catch {
    return false;
  }
}
