import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';
import { near } from './near.ts';

/** django.core.management.utils.get_random_secret_key draws from these. */
const DJANGO = 'abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)';

export const rules: readonly Rule[] = [
  {
    id: 'laravel-app-key',
    facts: ['Laravel/APP_KEY'],
    name: 'Laravel application key',
    anchors: { literals: ['base64Value'] },
    pattern: /app_?key["']?\s{0,2}[=:\s]\s{0,2}["']?base64:(?<secret>[A-Za-z0-9+/]{43}=)/i,
    around: [32, 64],
    confidence: 'likely',
    examples: (rng) => [`APP_KEY=base64:${rng.chars(alphabets.alnum, 43)}=\n`],
    nearMisses: () => ['APP_KEY=base64:\n', 'APP_KEY=SomeRandomString\n'],
  },
  {
    id: 'django-secret-key',
    facts: ['Django/Flask/Rails/Symfony/SECRET_KEY / secret_key_base / master.key / APP_SECRET'],
    name: 'Django secret key made by startproject',
    anchors: { prefixes: ['django-insecure-'] },
    pattern: /django-insecure-[a-z0-9!@#$%^&*(_=+)-]{50}/,
    confidence: 'likely',
    prefix: 'django-insecure-',
    // Its alphabet makes `%s` and `$(` by chance, which the placeholder filter would take for templates.
    check: () => ({ proven: true }),
    examples: (rng) => [`SECRET_KEY = 'django-insecure-${rng.chars(DJANGO, 50)}'\n`],
    nearMisses: (rng) => [`SECRET_KEY = 'django-insecure-${rng.chars(DJANGO, 40)}'\n`],
  },
  ...near([
    {
      id: 'rails-secret-key-base',
      facts: ['Django/Flask/Rails/Symfony/SECRET_KEY / secret_key_base / master.key / APP_SECRET'],
      name: 'Rails secret_key_base',
      words: ['secret key base'],
      value: /[0-9a-f]{128}/,
    },
  ]),
];
