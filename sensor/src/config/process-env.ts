/** The environment, for the composition root to pass on. */
export const processEnv = (): Readonly<Record<string, string | undefined>> => process.env;
