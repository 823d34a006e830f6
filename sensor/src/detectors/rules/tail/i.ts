import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    ['infracost-api-token', 'Infracost API token', /ico-[a-z0-9]{32}/, 'infracost/Infracost API Token'],
    [
      'ionic-personal-access-token',
      'Ionic personal access token',
      /ion_[A-Za-z0-9]{42}/,
      ['ionic/ionic-personal-access-token', 'ionic/Ionic API token'],
    ],
  ]),
  ...besideWord([
    ['ibm-cloud-api-key', 'IBM Cloud API key', ['ibm', 'ibm cloud', 'bluemix', 'watson'], /[A-Za-z0-9_-]{44}/, 'IBM Cloud/IAM API key'],
    ['iconfinder-api-key', 'IconFinder API key', 'icon finder', /[A-Za-z0-9]{64}/, 'iconfinder/IconFinder API Key'],
    ['iex-cloud-api-key', 'IEX Cloud API key', ['iex cloud', 'iexapis'], /sk_[a-z0-9]{32}/, 'iexapis/IEX Cloud API Key'],
    ['iex-cloud-api-key-2', 'IEX Cloud API key', 'iex cloud', /[a-z0-9_]{35}/, 'iexcloud/IEX Cloud API Key'],
    ['imagekit-api-key', 'ImageKit API key', 'image kit', /[A-Za-z0-9=_]{36}/, 'imagekit/ImageKit API Key'],
    [
      'imagekit-private-api-key',
      'ImageKit Private API key',
      'image kit',
      /private_[A-Za-z0-9]{20,64}/,
      'imagekit/ImageKit Private API Key',
    ],
    ['imagga-api-key', 'Imagga API key', 'imagga', /[A-Za-z0-9=]{72}/, 'imagga/Imagga API Key'],
    ['insightly-api-key', 'Insightly API key', 'insightly', /[a-z0-9-]{36}/, 'insightly/Insightly API Key'],
    ['instabot-api-key', 'Instabot API key', 'instabot', /[A-Za-z0-9+/]{43}=/, 'instabot/Instabot API Key'],
    ['instamojo-api-key', 'Instamojo API key', 'instamojo', /[a-f0-9]{32}/, 'instamojo/API key'],
    [
      'interseller-api-key',
      'Interseller API key',
      'interseller',
      /[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}/,
      'interseller/Interseller API Key',
    ],
    ['intrinio-api-key', 'Intrinio API key', 'intrinio', /[A-Za-z0-9]{44}/, 'intrinio/Intrinio API Key'],
    ['invoiceocean-api-key', 'Invoiceocean API key', 'invoiceocean', undefined, 'invoiceocean/API key'],
    ['ip2location-api-key', 'Ip2location API key', 'ip 2 location', /[A-Z0-9]{32}/, 'ip2location/Ip2location API Key'],
    ['ipapi-api-key', 'Ipapi API key', 'ipapi', /[a-z0-9]{32}/, 'ipapi/Ipapi API Key'],
    ['ipgeolocation-api-key', 'IPGeolocation API key', 'ip geolocation', /[a-z0-9]{32}/, 'ipgeolocation/IPGeolocation API Key'],
    ['ipinfodb-api-key', 'IPinfoDB API key', 'ipinfodb', /[a-z0-9]{64}/, 'ipinfodb/IPinfoDB API Key'],
    [
      'ipqualityscore-api-key',
      'IPQualityScore API key',
      ['ip quality score', 'ip quality', 'ipqs'],
      /[A-Za-z0-9]{32}/,
      ['ipqualityscore/IPQualityScore API Key', 'ipquality/API key'],
    ],
    ['ipstack-api-key', 'IpStack API key', 'ip stack', /[A-Fa-f0-9]{32}/, 'ipstack/IpStack API Key'],
  ]),
  ...besideEveryday([
    ['impala-api-key', 'Impala API key', 'impala', /[A-Za-z0-9_]{46}/, 'impala/Impala API Key'],
    ['instantly-api-key', 'Instantly API key', 'instantly', /[A-Z0-9+/]{66}==/, 'instantly/Instantly API Key'],
    ['iterable-api-key', 'Iterable API key', 'iterable', /[a-z0-9]{32,36}/, 'iterable/Iterable API Key'],
  ]),
];
