import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['cerebras-api-key', 'CEREBRAS_API_KEY', 'csk-[a-z0-9]{48}'],
  ['fireworks-api-key', 'FIREWORKS_API_KEY', 'fw_[A-Za-z0-9]{22,24}'],
  ['jina-api-key', 'JINA_API_KEY', 'jina_[A-Za-z0-9_-]{60}'],
  ['tavily-api-key', 'TAVILY_API_KEY', 'tvly-(?:dev-)?[A-Za-z0-9]{32}'],
  ['firecrawl-api-key', 'FIRECRAWL_API_KEY', 'fc-[a-f0-9]{32}'],
  ['runpod-api-key', 'RUNPOD_API_KEY', 'rpa_[A-Z0-9]{40}[a-z0-9]{6}'],
  ['voyage-api-key', 'VOYAGE_API_KEY', 'pa-[A-Za-z0-9_-]{43}'],
  ['exa-api-key', 'EXA_API_KEY', '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
  ['stability-api-key', 'STABILITY_API_KEY', 'sk-[A-Za-z0-9]{48}'],
  ['assemblyai-api-key', 'ASSEMBLYAI_API_KEY', '[a-z0-9]{32}'],
  ['deepgram-api-key', 'DEEPGRAM_API_KEY', '[a-f0-9]{40}'],
  ['cursor-api-key', 'CURSOR_API_KEY', 'key_[a-f0-9]{64}'],
  ['zhipu-api-key', 'ZAI_API_KEY', '[a-f0-9]{32}\\.[A-Za-z0-9]{16}'],
  ['moonshot-api-key', 'MOONSHOT_API_KEY', 'sk-[A-Za-z0-9]{48}'],
  ['minimax-api-key', 'MINIMAX_API_KEY', 'sk-api-[A-Za-z0-9_-]{119}'],
  ['baidu-qianfan-api-key', 'QIANFAN_API_KEY', 'bce-v3/ALTAK-[A-Za-z0-9]{21}/[a-f0-9]{40}'],
]);
