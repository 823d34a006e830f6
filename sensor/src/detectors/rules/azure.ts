import { alphabets, LEFT } from '../alphabets.ts';
import type { LiteralName } from '../literals.ts';
import { percentDecoded } from '../percent.ts';
import type { Rng, Rule } from '../rule.ts';

/** "Identifiable" keys: a provider's mark stands at a fixed offset of the base64 text (Microsoft's security utilities, docs). */
function marked(spec: { id: string; name: string; literal: LiteralName; mark: string; at: number; length: number; pad: string }): Rule {
  const { at, mark, pad } = spec;
  const after = spec.length - at - mark.length - pad.length;
  return {
    id: spec.id,
    name: spec.name,
    anchors: { literals: [spec.literal] },
    pattern: new RegExp(
      `(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{${at}}${mark.replace('+', String.raw`\+`)}[A-Za-z0-9+/]{${after}}${pad}(?![A-Za-z0-9+/=])`,
    ),
    around: [spec.length + 8, spec.length + 8],
    confidence: 'likely',
    rank: 1,
    examples: (rng) => [rng.chars(alphabets.base64, at) + mark + rng.chars(alphabets.base64, after) + pad],
    nearMisses: (rng) => [rng.chars(alphabets.base64, at - 1) + mark + rng.chars(alphabets.base64, after) + pad, mark],
  };
}

const key64 = (rng: Rng): string => rng.chars(alphabets.base64, 86);

export const rules: readonly Rule[] = [
  marked({
    id: 'azure-storage-key',
    name: 'Azure Storage account key',
    literal: 'azureStorage',
    mark: '+ASt',
    at: 76,
    length: 88,
    pad: '==',
  }),
  marked({ id: 'azure-cosmos-key', name: 'Azure Cosmos DB key', literal: 'azureCosmos', mark: 'ACDb', at: 76, length: 88, pad: '==' }),
  marked({ id: 'azure-service-bus-key', name: 'Azure Service Bus key', literal: 'azureBus', mark: '+ASb', at: 33, length: 44, pad: '=' }),
  marked({ id: 'azure-event-hub-key', name: 'Azure Event Hubs key', literal: 'azureEventHub', mark: '+AEh', at: 33, length: 44, pad: '=' }),
  marked({ id: 'azure-relay-key', name: 'Azure Relay key', literal: 'azureRelay', mark: '+ARm', at: 33, length: 44, pad: '=' }),
  marked({ id: 'azure-redis-key', name: 'Azure Cache for Redis key', literal: 'azureRedis', mark: 'AzCa', at: 33, length: 44, pad: '=' }),
  marked({
    id: 'azure-container-registry-password',
    name: 'Azure Container Registry password',
    literal: 'azureRegistry',
    mark: '+ACR',
    at: 42,
    length: 52,
    pad: '',
  }),
  {
    id: 'azure-storage-connection',
    name: 'Azure Storage account key in a connection string',
    anchors: { literals: ['accountKey'] },
    pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)/,
    around: [16, 128],
    confidence: 'likely',
    examples: (rng) => [`DefaultEndpointsProtocol=https;AccountName=corpdata;AccountKey=${key64(rng)}==;EndpointSuffix=core.windows.net`],
    nearMisses: (rng) => [`AccountKey=${rng.chars(alphabets.base64, 40)}==`],
  },
  {
    id: 'azure-shared-access-key',
    name: 'Azure shared access key in a connection string',
    anchors: { literals: ['sharedAccessKey'] },
    pattern: /SharedAccessKey=(?<secret>[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])/,
    around: [16, 128],
    confidence: 'likely',
    examples: (rng) => [
      `Endpoint=sb://corp.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=${rng.chars(alphabets.base64, 43)}=`,
    ],
    nearMisses: (rng) => [`SharedAccessKey=${rng.chars(alphabets.base64, 20)}=`],
  },
  {
    id: 'azure-sas-token',
    name: 'Azure shared access signature',
    anchors: { literals: ['signature'] },
    // A signature is 32 bytes: 43 base64 characters, and `+`, `/` and `=` are usually percent-encoded.
    pattern: /[?&;]sig=(?<secret>(?:[A-Za-z0-9+/]|%2[BbFf]){43}(?:=|%3[Dd]))/,
    around: [512, 512],
    confidence: 'likely',
    check: ({ window, secret }) =>
      /[?&]s[vr]=[^&\s]{1,20}&/.test(window.text) && /&?s[pe]=/.test(window.text)
        ? { canonical: Buffer.from(percentDecoded(secret), 'latin1') }
        : null,
    examples: (rng) => [
      `https://corp.blob.core.windows.net/c?sv=2024-11-04&sp=r&se=2027-01-01T00:00:00Z&sr=c&sig=${rng.chars(alphabets.alnum, 43)}%3D`,
    ],
    nearMisses: (rng) => [`https://corp.io/c?sig=${rng.chars(alphabets.alnum, 43)}%3D`, '?sv=2024-11-04&sp=r&sig=abc'],
  },
  {
    id: 'azure-entra-client-secret',
    name: 'Microsoft Entra client secret',
    anchors: { literals: ['entra7', 'entra8'] },
    pattern: /(?<![A-Za-z0-9_.~-])[A-Za-z0-9_.~-]{3}[78]Q~[A-Za-z0-9_.~-]{31,34}(?![A-Za-z0-9_.~-])/,
    around: [16, 64],
    confidence: 'likely',
    examples: (rng) => [`${rng.chars(alphabets.alnum, 3)}8Q~${rng.chars(alphabets.url, 34)}`],
    nearMisses: (rng) => [`${rng.chars(alphabets.alnum, 3)}8Q~${rng.chars(alphabets.url, 20)}`],
  },
  {
    id: 'azure-devops-pat',
    name: 'Azure DevOps personal access token',
    anchors: { literals: ['azureCask'] },
    pattern: new RegExp(String.raw`${LEFT}[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9][A-L][A-Za-z0-9]{12}AAAAAZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])`),
    around: [96, 40],
    confidence: 'likely',
    rank: 1,
    examples: (rng) => [
      `${rng.chars(alphabets.alnum, 52)}JQQJ991${rng.chars('ABCDEFGHIJKL', 1)}${rng.chars(alphabets.alnum, 12)}AAAAAZDO${rng.chars(alphabets.alnum, 4)}`,
    ],
    nearMisses: (rng) => [`${rng.chars(alphabets.alnum, 40)}JQQJ99${rng.chars(alphabets.alnum, 18)}AZDO${rng.chars(alphabets.alnum, 4)}`],
  },
  {
    id: 'azure-ai-key',
    name: 'Azure OpenAI or AI services key',
    anchors: { literals: ['azureCask'] },
    pattern: new RegExp(String.raw`${LEFT}[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{14}AAA[AB]ACOG[A-Za-z0-9]{4}(?![A-Za-z0-9])`),
    around: [96, 40],
    confidence: 'likely',
    rank: 1,
    examples: (rng) => [`${rng.chars(alphabets.alnum, 52)}JQQJ99${rng.chars(alphabets.alnum, 14)}AAABACOG${rng.chars(alphabets.alnum, 4)}`],
    nearMisses: (rng) => [
      `${rng.chars(alphabets.alnum, 52)}JQQJ98${rng.chars(alphabets.alnum, 14)}AAABACOG${rng.chars(alphabets.alnum, 4)}`,
    ],
  },
];
