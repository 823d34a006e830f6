import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['flutterwave-secret-key', 'FLUTTERWAVE_SECRET_KEY', 'FLWSECK-[a-f0-9]{32}-X'],
  ['mollie-api-key', 'MOLLIE_API_KEY', 'live_[A-Za-z0-9]{30}'],
  ['gocardless-access-token', 'GOCARDLESS_ACCESS_TOKEN', 'live_[A-Za-z0-9_-]{40}'],
  ['checkout-secret-key', 'CHECKOUT_SECRET_KEY', 'sk_[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
  ['binance-api-secret', 'BINANCE_API_SECRET', '[A-Za-z0-9]{64}'],
  ['kraken-private-key', 'KRAKEN_PRIVATE_KEY', '[A-Za-z0-9]{86}=='],
  ['kucoin-api-secret', 'KUCOIN_API_SECRET', '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
  ['bittrex-api-secret', 'BITTREX_API_SECRET', '[a-z0-9]{32}'],
  ['infura-api-key', 'INFURA_API_KEY', '[a-f0-9]{32}'],
  ['alchemy-api-key', 'ALCHEMY_API_KEY', '[A-Za-z0-9_-]{32}'],
  ['etherscan-api-key', 'ETHERSCAN_API_KEY', '[A-Z0-9]{34}'],
  ['polymarket-api-secret', 'POLYMARKET_SECRET', '[A-Za-z0-9_-]{43}='],
]);
