import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

/** Language models and search: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    ['cerebras-api-key', 'Cerebras API key', /csk-[a-z0-9]{48}/, 'Cerebras/API key'],
    ['fireworks-api-key', 'Fireworks AI API key', /fw_[A-Za-z0-9]{22,24}/, 'Fireworks AI/API key'],
    ['jina-api-key', 'Jina AI API key', /jina_[A-Za-z0-9_-]{60}/, 'Voyage/Jina/Tavily/Exa/Firecrawl/API keys'],
    ['tavily-api-key', 'Tavily API key', /tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}/, 'Voyage/Jina/Tavily/Exa/Firecrawl/API keys'],
    ['firecrawl-api-key', 'Firecrawl API key', /fc-[a-f0-9]{32}/, 'Voyage/Jina/Tavily/Exa/Firecrawl/API keys'],
    ['runpod-api-key', 'RunPod API key', /rpa_[A-Z0-9]{40}[A-Za-z0-9]{6}/, 'RunPod/API key'],
  ]),
  ...besideWord([
    ['voyage-api-key', 'Voyage AI API key', ['voyage'], /pa-[A-Za-z0-9_-]{43}/, 'Voyage/Jina/Tavily/Exa/Firecrawl/API keys'],
    [
      'exa-api-key',
      'Exa API key',
      'exa',
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Voyage/Jina/Tavily/Exa/Firecrawl/API keys',
    ],
    ['assemblyai-api-key', 'AssemblyAI API key', 'assembly ai', /[a-z0-9]{32}/, 'AssemblyAI/API key'],
    ['deepgram-api-key', 'Deepgram API key', 'deepgram', /[a-f0-9]{40}/, 'Deepgram/API key'],
    [
      'zhipu-api-key',
      'Zhipu (Z.ai) API key',
      ['zhipu', 'zhipuai', 'bigmodel', 'zai', 'glm'],
      /[a-f0-9]{32}\.[A-Za-z0-9]{16}/,
      'Zhipu/Z.ai, Kimi, MiniMax, Baidu/API keys',
    ],
    [
      'moonshot-api-key',
      'Moonshot (Kimi) API key',
      ['moonshot', 'kimi'],
      /sk-[A-Za-z0-9]{48}/,
      'Zhipu/Z.ai, Kimi, MiniMax, Baidu/API keys',
    ],
    ['minimax-api-key', 'MiniMax API key', ['minimax'], /sk-api-[A-Za-z0-9_-]{100,130}/, 'Zhipu/Z.ai, Kimi, MiniMax, Baidu/API keys'],
    [
      'baidu-qianfan-api-key',
      'Baidu Qianfan API key',
      ['qianfan', 'baidu', 'ernie'],
      /bce-v3\/ALTAK-[A-Za-z0-9]{21}\/[a-f0-9]{40}/,
      'Zhipu/Z.ai, Kimi, MiniMax, Baidu/API keys',
    ],
  ]),
  ...besideEveryday([
    ['stability-api-key', 'Stability AI API key', 'stability', /sk-[A-Za-z0-9]{48}/, 'Stability AI/API key'],
    ['cursor-api-key', 'Cursor API key', 'cursor', /key_[a-f0-9]{64}/, 'Cursor/API key'],
  ]),
];
