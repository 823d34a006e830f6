import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

/** Payments, exchanges and chains: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    [
      'flutterwave-secret-key',
      'Flutterwave secret key',
      /FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,40}-X/,
      'Adyen/Checkout/Mollie/GoCardless/Paystack/Flutterwave/Keys',
    ],
  ]),
  ...besideWord([
    [
      'mollie-api-key',
      'Mollie API key',
      'mollie',
      /(?:live|test)_[A-Za-z0-9]{30}/,
      'Adyen/Checkout/Mollie/GoCardless/Paystack/Flutterwave/Keys',
    ],
    [
      'gocardless-access-token',
      'GoCardless access token',
      'gocardless',
      /(?:live|sandbox)_[A-Za-z0-9_-]{40}/,
      'Adyen/Checkout/Mollie/GoCardless/Paystack/Flutterwave/Keys',
    ],
    ['binance-api-secret', 'Binance API key or secret', 'binance', /[A-Za-z0-9]{64}/, 'Binance/Kraken/KuCoin/Bittrex/Keys'],
    ['kraken-private-key', 'Kraken private key', 'kraken', /[A-Za-z0-9+/]{78,90}={0,2}/, 'Binance/Kraken/KuCoin/Bittrex/Keys'],
    [
      'kucoin-api-secret',
      'KuCoin API key or secret',
      'kucoin',
      /[a-f0-9]{24}|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Binance/Kraken/KuCoin/Bittrex/Keys',
    ],
    ['bittrex-api-secret', 'Bittrex API key or secret', 'bittrex', /[a-z0-9]{32}/, 'Binance/Kraken/KuCoin/Bittrex/Keys'],
    ['infura-api-key', 'Infura API key or secret', 'infura', /[a-f0-9]{32}/, 'Infura/Alchemy/Etherscan/API key'],
    ['alchemy-api-key', 'Alchemy API key', 'alchemy', /[A-Za-z0-9_-]{32}/, 'Infura/Alchemy/Etherscan/API key'],
    ['etherscan-api-key', 'Etherscan API key', 'etherscan', /[A-Z0-9]{34}/, 'Infura/Alchemy/Etherscan/API key'],
    ['polymarket-api-secret', 'Polymarket API secret', 'polymarket', /[A-Za-z0-9_-]{43}=/, 'Web3/Polymarket/API key etc.'],
  ]),
  ...besideEveryday([
    [
      'checkout-secret-key',
      'Checkout.com secret key',
      ['checkout', 'checkout com', 'cko'],
      /sk_(?:test_)?[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}|sk_(?:sbox_)?[a-z2-7]{26}[a-z2-7*#$=]/,
      'Adyen/Checkout/Mollie/GoCardless/Paystack/Flutterwave/Keys',
    ],
  ]),
];
