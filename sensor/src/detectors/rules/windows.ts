import { alphabets, password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';

const facts = ['Windows/PowerShell SecureString / unattend / GPP cpassword'];
const isPassword = ({ secret }: Candidate): Found | null => (isPlaceholderPassword(secret) ? null : {});

/** Windows Setup, "PlainText": false: base64 of UTF-16, the element's name after the password. */
function checkUnattend({ secret, groups }: Candidate): Found | null {
  const name = groups['name'] ?? '';
  const text = Buffer.from(secret, 'base64').toString('utf16le');
  const hidden = text.endsWith(name) ? text.slice(0, -name.length) : null;
  if (isPlaceholderPassword(hidden ?? secret) || (hidden ?? secret).length < 4) return null;
  return hidden === null ? {} : { canonical: Buffer.from(hidden), proven: true };
}

/** What administrators of Windows and of virtual machines leave behind. */
export const rules: readonly Rule[] = [
  {
    id: 'powershell-secure-string',
    facts,
    name: 'Password in plain text made a SecureString',
    anchors: { prefixes: ['ConvertTo-SecureString'] },
    pattern: /ConvertTo-SecureString\s{1,4}(?:-(?:String|AsPlainText|Force)\s{1,4}){0,3}["'](?<secret>[^"'\r\n$]{6,128})["']/,
    around: [16, 256],
    confidence: 'likely',
    check: isPassword,
    examples: (rng) => [
      `$p = ConvertTo-SecureString "${password(rng)}" -AsPlainText -Force\n`,
      `ConvertTo-SecureString -String '${password(rng)}' -AsPlainText -Force\n`,
    ],
    nearMisses: () => ['ConvertTo-SecureString $env:PASS1 -AsPlainText\n', 'ConvertTo-SecureString "password" -AsPlainText\n'],
  },
  {
    id: 'group-policy-password',
    facts,
    name: 'Password in a Group Policy preference',
    anchors: { words: ['cpassword'], run: [16, 400] },
    // Encrypted under a key that Microsoft has published (MS-GPPREF, 2.2.1.1.4).
    pattern: /cpassword="(?<secret>[A-Za-z0-9+/]{20,400}={0,2})"/,
    around: [64, 420],
    confidence: 'likely',
    examples: (rng) => [`<Properties userName="admin" cpassword="j1${rng.chars(alphabets.base64, 41)}" />`],
    nearMisses: () => ['<Properties userName="admin" cpassword="" />'],
  },
  {
    id: 'windows-setup-password',
    facts,
    name: "Administrator's password in an answer file of Windows Setup",
    anchors: { prefixes: ['AdministratorPassword'] },
    pattern: /(?<name>AdministratorPassword)>\s{0,16}<Value>(?<secret>[^<>\s]{4,400})<\/Value>/,
    around: [16, 512],
    confidence: 'likely',
    check: checkUnattend,
    examples: (rng) => [
      `<AdministratorPassword>\n<Value>${Buffer.from(`${password(rng)}AdministratorPassword`, 'utf16le').toString('base64')}</Value>\n`,
      `<AdministratorPassword><Value>${password(rng)}</Value><PlainText>true</PlainText>`,
    ],
    nearMisses: () => [
      '<AdministratorPassword><Value>password</Value>',
      '<AdministratorPassword>*SENSITIVE*DATA*DELETED*</AdministratorPassword>',
    ],
  },
  {
    id: 'vsphere-login-password',
    facts: ['vmware/Credentials in Connect-VIServer Invocation'],
    name: 'Password of a vSphere login in PowerCLI',
    anchors: { prefixes: ['Connect-VIServer'] },
    pattern: /Connect-VIServer[^\n]{0,200}?-Password\s{1,4}["']?(?<secret>[^\s"'$]{4,128})/,
    around: [16, 400],
    confidence: 'likely',
    check: isPassword,
    examples: (rng) => [`Connect-VIServer -Server vc.corp.io -User ci -Password '${password(rng)}'\n`],
    nearMisses: () => ['Connect-VIServer -Server vc.corp.io -Credential $c\n', 'Connect-VIServer -Server a -Password $p\n'],
  },
];
