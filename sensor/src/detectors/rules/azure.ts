import { alphabets, LEFT } from '../alphabets.ts';
import type { LiteralName } from '../literals.ts';
import { percentDecoded } from '../percent.ts';
import { hasEntraTail, hasMarvinTail } from '../marvin.ts';
import type { Rng, Rule } from '../rule.ts';

/** Kinds of keys that messaging services issue. */
const messaging = ['Send0000', 'Listen00', 'Manage00', 'System00', 'Unknown0'];

/** "Identifiable" keys: a provider's mark stands at a fixed offset of the base64 text, a checksum after it (Microsoft's security utilities, docs). */
function marked(spec: {
  id: string;
  name: string;
  literal: LiteralName;
  mark: string;
  at: number;
  length: number;
  pad: string;
  /** The kinds of keys whose names seed the checksum (IdentifiableMetadata, ibidem). */
  seeds: readonly string[];
  facts: readonly string[];
}): Rule {
  const { at, mark, pad } = spec;
  const after = spec.length - at - mark.length - pad.length;
  return {
    id: spec.id,
    name: spec.name,
    facts: spec.facts,
    anchors: { literals: [spec.literal] },
    pattern: new RegExp(
      `(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{${at}}${mark.replace('+', String.raw`\+`)}[A-Za-z0-9+/_-]{${after}}${pad}(?![A-Za-z0-9+/=_-])`,
    ),
    around: [spec.length + 8, spec.length + 8],
    confidence: 'likely',
    rank: 1,
    // Some services change characters afterwards that their clients cannot take: a wrong checksum proves nothing.
    check: ({ secret }) => (hasMarvinTail(Buffer.from(secret, 'base64'), spec.seeds) ? { confidence: 'certain', proven: true } : {}),
    examples: (rng) => [rng.chars(alphabets.base64, at) + mark + rng.chars(alphabets.base64, after) + pad],
    nearMisses: (rng) => [rng.chars(alphabets.base64, at - 1) + mark + rng.chars(alphabets.base64, after) + pad, mark],
  };
}

const key64 = (rng: Rng): string => rng.chars(alphabets.base64, 86);

export const rules: readonly Rule[] = [
  marked({
    id: 'azure-storage-key',
    facts: ['Azure/Storage account key (identifiable)'],
    name: 'Azure Storage account key',
    literal: 'azureStorage',
    mark: '+ASt',
    at: 76,
    length: 88,
    pad: '==',
    seeds: ['Default0'],
  }),
  marked({
    id: 'azure-cosmos-key',
    facts: ['Azure/Cosmos DB key'],
    name: 'Azure Cosmos DB key',
    literal: 'azureCosmos',
    mark: 'ACDb',
    at: 76,
    length: 88,
    pad: '==',
    seeds: ['MastRO00', 'MastRW00', 'SysAll00', 'Resour00', 'SystRO00', 'SystRW00', 'Encryp00'],
  }),
  marked({
    id: 'azure-service-bus-key',
    facts: ['Azure/Service Bus / Event Hub / Relay key'],
    name: 'Azure Service Bus key',
    literal: 'azureBus',
    mark: '+ASb',
    at: 33,
    length: 44,
    pad: '=',
    seeds: messaging,
  }),
  marked({
    id: 'azure-event-hub-key',
    facts: ['Azure/Service Bus / Event Hub / Relay key'],
    name: 'Azure Event Hubs key',
    literal: 'azureEventHub',
    mark: '+AEh',
    at: 33,
    length: 44,
    pad: '=',
    seeds: messaging,
  }),
  marked({
    id: 'azure-relay-key',
    facts: ['Azure/Service Bus / Event Hub / Relay key'],
    name: 'Azure Relay key',
    literal: 'azureRelay',
    mark: '+ARm',
    at: 33,
    length: 44,
    pad: '=',
    seeds: messaging,
  }),
  marked({
    id: 'azure-redis-key',
    facts: ['Azure/Cache for Redis key'],
    name: 'Azure Cache for Redis key',
    literal: 'azureRedis',
    mark: 'AzCa',
    at: 33,
    length: 44,
    pad: '=',
    seeds: ['Access00'],
  }),
  marked({
    id: 'azure-container-registry-password',
    facts: ['Azure/Container Registry password'],
    name: 'Azure Container Registry password',
    literal: 'azureRegistry',
    mark: '+ACR',
    at: 42,
    length: 52,
    pad: '',
    seeds: ['ACRDflt0'],
  }),
  marked({
    id: 'azure-functions-key',
    facts: ['Azure/Functions key'],
    name: 'Azure Functions key',
    literal: 'azureFunctions',
    mark: 'AzFu',
    at: 44,
    length: 56,
    pad: '==',
    seeds: ['Master00', 'System00', 'Functi00'],
  }),
  marked({
    id: 'azure-search-key',
    facts: ['Azure/AI Search admin/query key'],
    name: 'Azure AI Search key',
    literal: 'azureSearch',
    mark: 'AzSe',
    at: 42,
    length: 52,
    pad: '',
    seeds: ['Query000', 'PAdmin00'],
  }),
  marked({
    id: 'azure-iot-key',
    facts: ['Azure/IoT Hub / device key'],
    name: 'Azure IoT Hub key',
    literal: 'azureIot',
    mark: 'AIoT',
    at: 33,
    length: 44,
    pad: '=',
    seeds: ['IoTHub00', 'DpsKey00', 'Device00'],
  }),
  marked({
    id: 'azure-api-management-key',
    facts: ['Azure/API Management key'],
    name: 'Azure API Management key',
    literal: 'azureApim',
    mark: 'APIM',
    at: 76,
    length: 88,
    pad: '==',
    seeds: ['Tenant00', 'IoTHub00', 'Gatewy00', 'GitKey00'],
  }),
  marked({
    id: 'azure-batch-key',
    facts: ['Azure/Batch / ML classic key'],
    name: 'Azure Batch key',
    literal: 'azureBatch',
    mark: '+ABa',
    at: 76,
    length: 88,
    pad: '==',
    seeds: ['AbAcct00'],
  }),
  marked({
    id: 'azure-ml-classic-key',
    facts: ['Azure/Batch / ML classic key'],
    name: 'Azure Machine Learning (classic) key',
    literal: 'azureMl',
    mark: '+AMC',
    at: 76,
    length: 88,
    pad: '==',
    seeds: ['Classic0'],
  }),
  {
    id: 'azure-app-configuration-key',
    facts: ['Azure/App Configuration connection string'],
    name: 'Azure App Configuration access key',
    anchors: { literals: ['azureCask'] },
    pattern: new RegExp(String.raw`${LEFT}[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{18}AZAC[A-Za-z0-9]{4}(?![A-Za-z0-9])`),
    around: [96, 40],
    confidence: 'likely',
    rank: 1,
    examples: (rng) => [`${rng.chars(alphabets.alnum, 52)}JQQJ99${rng.chars(alphabets.alnum, 18)}AZAC${rng.chars(alphabets.alnum, 4)}`],
    nearMisses: (rng) => [`${rng.chars(alphabets.alnum, 52)}JQQJ98${rng.chars(alphabets.alnum, 18)}AZAC${rng.chars(alphabets.alnum, 4)}`],
  },
  {
    id: 'azure-app-configuration-connection',
    facts: ['Azure/App Configuration connection string'],
    name: 'Azure App Configuration connection string',
    anchors: { words: ['azconfig'], run: [16, 50] },
    pattern: /\.azconfig\.(?:io|azure\.(?:us|cn));Id=[^;\s"']{4,80};Secret=(?<secret>[A-Za-z0-9+/]{36,50}={0,2})(?![A-Za-z0-9+/=])/,
    around: [128, 64],
    confidence: 'likely',
    examples: (rng) => [
      `Endpoint=https://corp.azconfig.io;Id=a1b2-l9-s0:${rng.chars(alphabets.alnum, 20)};Secret=${rng.chars(alphabets.alnum, 43)}=`,
    ],
    nearMisses: () => ['Endpoint=https://corp.azconfig.io;Id=a1b2;Secret=<secret>'],
  },
  {
    id: 'azure-storage-connection',
    facts: ['Azure/Storage connection string'],
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
    facts: ['Azure/Service Bus / Event Hub / Relay key'],
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
    facts: ['Azure/SAS token'],
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
    facts: ['Azure/Entra ID (AAD) client secret'],
    name: 'Microsoft Entra client secret',
    anchors: { literals: ['entra7', 'entra8'] },
    pattern: /(?<![A-Za-z0-9_.~-])[A-Za-z0-9_.~-]{3}[78]Q~[A-Za-z0-9_.~-]{31,34}(?![A-Za-z0-9_.~-])/,
    around: [16, 64],
    confidence: 'likely',
    // Those of 7Q~ have no checksum.
    check: ({ secret }) => (hasEntraTail(secret) ? { confidence: 'certain', proven: true } : {}),
    examples: (rng) => [`${rng.chars(alphabets.alnum, 3)}8Q~${rng.chars(alphabets.url, 34)}`],
    nearMisses: (rng) => [`${rng.chars(alphabets.alnum, 3)}8Q~${rng.chars(alphabets.url, 20)}`],
  },
  {
    id: 'azure-devops-pat',
    facts: ['Azure/DevOps PAT (new)'],
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
    facts: ['Azure/OpenAI / Cognitive key (CASK)'],
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
