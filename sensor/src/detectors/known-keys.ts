import { createHash } from 'node:crypto';

/**
 * SHA-256 of the decoded bytes of private keys that everybody has, by where they are published: finding one is no leak. Each was
 * taken from the project's own files, as its packages install them.
 */
const published: Readonly<Record<string, readonly string[]>> = {
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
  'the examples of libxmlsec1': ['4e6af0221e03f8909528b52cfa7b16a1a852f16361549719511d4ff57cbb6490'],
};

const digests: ReadonlySet<string> = new Set(Object.values(published).flat());

/** True for a key of a test suite or an example, by the bytes its PEM or JSON decodes to. */
export function isKnownTestKey(decoded: Uint8Array): boolean {
  return digests.has(createHash('sha256').update(decoded).digest('hex'));
}
