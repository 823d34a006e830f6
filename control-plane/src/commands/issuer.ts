import { sealingKeyOf } from '../config/index.ts';
import { Issuer } from '../issuer/index.ts';
import { withContext } from './context.ts';

/** Publishes the next signing key; every running replica takes it up within a minute and signs with it a day later. */
export async function rotateIssuerKey(): Promise<void> {
  await withContext(async (context, config, random) => {
    const { store, now, newId } = context;
    const issuer = new Issuer({ store, issuerUrl: () => null, keyEncryptionKey: sealingKeyOf(config).key, now, random, newId });
    await issuer.refresh(true);
    process.stdout.write(`${JSON.stringify({ keys: await issuer.listKeys() })}\n`);
  });
}
