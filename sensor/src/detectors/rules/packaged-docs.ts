/** Where packages lie. */
const packages = /node_modules\/|(?:site|dist)-packages\/|usr\/share\//;
const docs = /\/(?:docs?|examples?|\.github)\/|\/README[^/]{0,40}$|\.(?:md|rst|examples\.json)$|\/\.[\w-]{1,40}\.ya?ml$/i;

/** Is it documentation, or settings of its authors' own builds, that a package brings along? Keys look real in it, and open nothing here. */
export const isPackagedDoc = (path: string): boolean => packages.test(path) && docs.test(path);
