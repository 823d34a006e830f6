import { createHash } from 'node:crypto';
import { publishedShort } from './published-keys.ts';

/**
 * SHA-256 of the decoded bytes of private keys that everybody has, by where they are published: finding one is no leak. Each was
 * taken from the project's own files, as its packages install them (Debian's package in brackets): unpack one, and
 * `bench/engine.ts --list` prints these digests.
 */
const published: Readonly<Record<string, readonly string[]>> = {
  'the keys of new Vagrant boxes (hashicorp/vagrant, keys), which Vagrant replaces at their first start': [
    '56fb5326a1d72a4080d4870034ecac85b4ae1159f84b9bc458d46327083921e0',
    '2832688da596d74a9ef2ff63cdb8d7f45b15ddba225e04ab344457801408be72',
    'c68c1b1e6727cd0ed7cf48b926e4d0ae7608a90b178406fe505bb359355baa93',
  ],
  'the self-tests of GnuTLS (lib/crypto-selftests-pk.c), compiled into libgnutls.so': [
    '87e288dc7dbc29a24241b596ec8c84f949d9f09f34fc0cf69242481fb2274770',
    'd245e52c341a76645e1b0e56c58dc964cd4f3ecaea64a9c6d6db9897d4948a8a',
    '0294b4406902e33bb02f89eaf4c691328790d7a9cd01b873d68edac994f310a1',
    '60c323abe4854b03743005874156ef6e0343bc9c05c09a2a43335cdda19342b3',
    '995b8d5b08ac126a74f39d812fc8cce270d026093d810f366de923bb0fe47f60',
    '09416ba3e0782523c56225fb168cd58cda7796e938db1b53f79b6abbaed2bbc7',
    '7e38af7715bbb425a6aa8060b7c0af60aeb81d39975c55e83edcb9eae7a5e9f8',
    '458022ddcb5598b39253bc027eb02c4f3dba00e2bdbaef239a35bc91c9bd4f3a',
    '09f1c1a4680df80b9e8e6e587d3a787de7402a919e366426ad807a1c0f8c98c1',
    '2859ff03b44c8f0e4f96604b8cced325ef4d01ca935422b2041d88d8809f8fa1',
  ],
  'the tests of gsutil': ['b1954293f5ea3782de6fd83998e0e8c26a21a9221c62057133e20c8630f1b07f'],
  'the tests of boto': ['05d6e0b6534c945134e3cae202af8e87c69dac9a311232b3db9d9001c3d02dd9'],
  'the tests of google-auth-library-python': [
    'd4cf18485c683cdaef1b70b53c6a80ca69fb4de37e8abb1e31e5651b4b3f8707',
    'dbe3c5bda333d1607a12924705c877f8eccb52ad6c7fd286b2f1955ceaaf6a43',
    '48d7b7bf0bc515806529d44004c55e798cd6b0b4fca241a147bb0d7182637a38',
    'b6b4c6a819ef0a1d83cbc12bbfa46e8b49aca1750d731e44d993e142b2c5b51c',
    '97e3597f7c01eaffbfbd24a1b570ff40871766deb5397bd988d6c0861b34a30d',
  ],
  'the tests of requests': [
    'cc89b24fa7b57e6d653bff217ba4149e207e01accb513589d03549b497ad9948',
    'e3eef58cc34f0cdb37f4b57f8df885fde50633f8808a22af13ef20c94367e11c',
    '70b77a3e1c5856ebff5c6b887d834360399c9e9a7bcd6f8e6b9cfb1b99ddfb1c',
    '09041c605bafb8c43d7c8986ffc38a56543c72329d3ee8762db3d4dd9802643a',
  ],
  'the dummy server of urllib3': [
    'd55e9d9b688c58338b13cba25b303313cd5efaa7d8108701db46a0958782a15f',
    '2913d00ead4111ebad8f8043e898f4aeafae70cbae9de679ed42e3b2527e7076',
  ],
  'the examples of Go, crypto/tls (golang-1.19-src)': ['ffdff0657e09322f4e6044cffe186e4838a71bf2071ef515a0fc01611c61469b'],
  'the manual of Crypt::JWT (libcrypt-jwt-perl)': ['5f7a483e1ba9b6cf959bc2f97655e0c408a3fd5621737eeebf96517e0aea227e'],
  'the examples of IO::Socket::SSL (libio-socket-ssl-perl)': ['8c3458123cf70946e0399c08ca73aca997b11001dae82b9057ebc30d9f4089f4'],
  'the built-in test server of Mojolicious (libmojolicious-perl)': ['774096431dc865097bc585520bbc5944ab8a18a71e3dd3535947338c32eee92f'],
  'the examples of Net::SSLeay (libnet-ssleay-perl)': ['be57d489ad4044360e258986bdb2bb971f77e00497c649d4388f09a75e0887a8'],
  'the tests of Python (libpython3.11-testsuite)': [
    '30325068603a16a0d32a8da3c8a9aa8a4d83a76b72835788e76d5f6b529dc327',
    '47698284e7e71daff14ae45877645ca5d295ac8231e2d2ab11c41bd9e7d54c10',
    '83d4d09f6eb606261e76d552a3c978396ba256a70c458b15099a6a1d3da217b8',
    '8547eb983f31a4007d9b636a2e8bee1d324d27d48eb3798dd1fa9efc5a013fc4',
    '85f11ff5a5107ed9de2610a3856f7d3ef66bf04ce3956a6a69ddcb5c20f6958c',
    '8ffef375b96e952822d034e7c96bb81968859fbeff2ec81ebf547adb9e35dba1',
    'a70f24304eba8198371c7417f048777d4b55febff003e2beb078e85682adb452',
    'aa937c270bfefeacce13f7d21cb21f3fe7f54366416d962c38da8820abca2e9a',
    'cf1db3df60313e91a53c55e364963c6721561401df8b5b7209bf83576ddca0ff',
    'f022ad7b79455ba6902112002260e34128c63152305b29b3cdb4fc81f63d3e80',
    'f139e02d7543073fde805889d553a3847f057d1a8a915c46842bd227dfc39d1c',
    'fb7f6509e3ab7681d618d8a5fee0b0c3e4783b50bdaa671101f805879ee868ee',
  ],
  'the examples of aiohttp (python3-aiohttp)': ['584706b6cb72e8d490295f970830320f841fc520d3445e26ccc4a0ebd5b2c2fd'],
  'the tests of Tornado (python3-tornado)': ['5dcaeda8c5181fa5cf6b0f83e9b2cd7426219a6df04e6645b0710376a7af3723'],
  'the tests of Twisted (python3-twisted)': [
    '051848dd074db519a352c8c24a94ee4ba5141c23b3dfa4fda550ddbb98900456',
    '0a2752b0357bf66fe9ddb7e93915078366b6108acd5a7ba334d717552b5221fd',
    '1de5ac5cb37d8d365ecb782bdd4e7998658a7e32672b5d25ab8bb066ddff3997',
    '31761af00a5f284021996f5edcf1b9602d91f3b6a0b6569179f2c7feb2243449',
    '431da096e9b17fdc47bfa37c0d988edac12a6f38fa6a281b44468fbfe95b1fef',
    '46b5bf2e6b6f2896d77afa68b92b0769a15451b7fb6bfda22cb2ffc5f40edc74',
    '47921b0a6df31713daab6ddd45f633f2bac2a283e44184933da930678032f13a',
    '4cfba72f445e7d7d8e2c5e2e9e2ec9f181623f8877f79ce0dca563195a8f8e21',
    '51f172e9fcd409dbaa2a5b02a1fdc95251c4d264755f5441ddab4a3cd4b3147a',
    '568ff063f1396d19b4c14888f46d3341228209851f2e3e176adf93100ea18a41',
    '5d9b829e08e7ccef2309b9650da5c69055a310e07ac4e7c19cf2d20a4e3a8914',
    '88f3145770d602b6e68ec7ac8bd547d6e0c86ff1a0115df8584cbb0176324f70',
    '88fe695fe42d8ecb69f56a6f0708ce7ec3996c76c866b7bb0eb76e684e5ef363',
    '929bd67eaab582572fbdd79478c23ef6c347982d1b2780032a9051af3a6f1bbb',
    'a26741c999733d90c602dc4f52561a83efeef8d32fac824d6c639d9811ddcea0',
    'ae3695311b4c04f6f92c9bada40af83047e1e752ecafbbcaf0b729587cbc7920',
    'f4e80f54f0be59960a1f72abce695551d1b2e08915cb556885c2cd914e874ab9',
  ],
  'the keystores of the tests of git and Node.js (sources of git and nodejs)': [
    '5393b542de7a4f280d9f451eeb292437503d140d26e8bfcc113da7324c4b2343',
    '24004a087e8b1907074b5c2b350b42ae0521da0ee5e6a3f1fae764d62d930c2b',
    'c64e57b132fe82c1bf130a6086b8a2348cbd8af8702154004344700bf79bb99b',
  ],
  'the examples of awscli (iam, service-specific credentials)': [
    '4c7b3f40e866bf984951008d3267138c07663baf6e8eeb77bd91d72141ea8faa',
    'c0a9271ec8c34c6606bd1bc02405be1527b5d821d81af1482101c28818ac16f1',
  ],
  'the default keys of ethers (npm), which all who give none share': [
    '0dec272a05c648a7a0be94748b3fccaf793a000895d28dca8dd43ce69250df06',
    'bcc1a4dcd108e532a71a863ad227d11c09a23b64950bbd3d39206aeb7387132a',
    'eb4edce1ae410003a1cd58bd54cbf11470180247796676f25bcccb56865d541d',
    'd1d2d26c32c0cf70253c53e0f5f4aa911e9a5e97af8dc1017baf3b5584025887',
  ],
  'the default keys of web3-rpc-providers (npm), as web3 bundles them': [
    'ef3f9d503d3af2aa129fef4f54cc713041872c6f7bf09dda91ef67fe8182a0b0',
    'e86453627096250faed48f1db1053645e8d07104778e854e0f8c2cefd5e0aa24',
    'b16b133347df6759def0b03d049a366d55c46058db332a942322ddd30b6666ff',
    'acffbf7a4554547205791ed32868fe7c5b8d732a073b307486760cc11dccdd40',
    '9e875745a9ef9e7217d3c31c800e2707ed80a5637036f0223b99bf612422eead',
    '63296f27fa7d2c512a90675d31ccf9b87016fad276b076c7033edafced9ccd18',
    '23e468655e16abbabe1acda0b100076002ab935f491603cfd8ca8765a07654ad',
    '1470faa139189767e4f75768ff36c90738bacb822e418cc503ee34bf538c59c1',
    '0a02ffbcde54907f157db1d10be82309074d0aa32a3180a7394688c40b3da3e6',
  ],
  'the examples of libxmlsec1': ['4e6af0221e03f8909528b52cfa7b16a1a852f16361549719511d4ff57cbb6490'],
};

const SHORT_BYTES = 16;
const shortOf = (digest: Buffer): string => digest.subarray(0, SHORT_BYTES).toString('base64url');

/** Made with the first finding: most scans have none. */
let known: ReadonlySet<string> | undefined;

function readKnown(): ReadonlySet<string> {
  const whole = Object.values(published).flat();
  const short = Object.values(publishedShort).flatMap((text) => text.match(/[\w-]{22}/g) ?? []);
  return new Set([...whole.map((digest) => shortOf(Buffer.from(digest, 'hex'))), ...short]);
}

/** The list as one digest: a longer list answers differently. */
export const knownKeysHash = createHash('sha256')
  .update(JSON.stringify([published, publishedShort]))
  .digest('hex');

/** True for a key of a test suite or an example, by its canonical bytes: what a PEM or JSON decodes to. */
export function isKnownTestKey(canonical: Uint8Array): boolean {
  known ??= readKnown();
  return known.has(shortOf(createHash('sha256').update(canonical).digest()));
}
