import type { Assignment } from './sample.ts';

const escaped = (value: string): string => value.replaceAll('\n', '\\n');
const quoted = (value: string): string => (/[\s"'$&;#]/.test(value) ? `"${escaped(value)}"` : value);
const camel = (name: string): string => name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function yamlOf({ name, value }: Assignment): string {
  if (!value.includes('\n')) return `service:\n  ${name.toLowerCase()}: "${value}"\n`;
  return `service:\n  ${name.toLowerCase()}: |\n${value.trimEnd().replaceAll(/^/gm, '    ')}\n  next: 1\n`;
}

/** The formats in which the value of a variable is left behind. */
export const formats = {
  bare: ({ name, value }: Assignment) => `${name} ${value}`,
  env: ({ name, value }: Assignment) => `# local settings\nPORT=8080\n${name}=${quoted(value)}\nDEBUG=1\n`,
  json: ({ name, value }: Assignment) => JSON.stringify({ port: 8080, [camel(name)]: value, debug: true }),
  yaml: yamlOf,
  ini: ({ name, value }: Assignment) => `[service]\nport = 8080\n${name.toLowerCase()} = ${escaped(value)}\n`,
  shell: ({ name, value }: Assignment) => `#!/bin/sh\nexport ${name}="${value}"\nexec service\n`,
  dockerfile: ({ name, value }: Assignment) => `FROM debian\nENV PORT=8080 ${name}=${quoted(value)}\nRUN make\n`,
} as const satisfies Record<string, (assignment: Assignment) => string>;

/** A key of `formats`. */
export type FormatName = keyof typeof formats;
