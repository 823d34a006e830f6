import type { Rule } from '../rule.ts';
import { rules as anthropic } from './anthropic.ts';
import { rules as atlassian } from './atlassian.ts';
import { rules as aws } from './aws.ts';
import { rules as azure } from './azure.ts';
import { rules as clouds } from './clouds.ts';
import { rules as connection } from './connection.ts';
import { rules as connectionString } from './connection-string.ts';
import { rules as docker } from './docker.ts';
import { rules as files } from './files.ts';
import { rules as github } from './github.ts';
import { rules as gitlab } from './gitlab.ts';
import { rules as google } from './google.ts';
import { rules as grafana } from './grafana.ts';
import { rules as hashicorp } from './hashicorp.ts';
import { rules as http } from './http.ts';
import { rules as jwt } from './jwt.ts';
import { rules as keystore } from './keystore.ts';
import { rules as languageModels } from './language-models.ts';
import { rules as messaging } from './messaging.ts';
import { rules as npm } from './npm.ts';
import { rules as openai } from './openai.ts';
import { rules as packages } from './packages.ts';
import { rules as privateKey } from './private-key.ts';
import { rules as shell } from './shell.ts';
import { rules as slack } from './slack.ts';
import { rules as stripe } from './stripe.ts';
import { tail } from './tail/index.ts';
import { rules as webFrameworks } from './web-frameworks.ts';
import { rules as workos } from './workos.ts';
import { rules as bitbucket } from './bitbucket.ts';
import { rules as configPasswords } from './config-passwords.ts';
import { rules as loginPasswords } from './login-passwords.ts';
import { rules as webhooks } from './webhooks.ts';
import { rules as wireguard } from './wireguard.ts';
import { rules as jwk } from './jwk.ts';
import { rules as sentry } from './sentry.ts';
import { rules as confluent } from './confluent.ts';
import { rules as infrastructure } from './infrastructure.ts';
import { rules as programFiles } from './program-files.ts';
import { rules as chains } from './chains.ts';
import { rules as pairs } from './pairs.ts';
import { rules as windows } from './windows.ts';
import { genericRules } from './generic.ts';
import { nearbyRules } from './nearby.ts';

const providers: readonly Rule[] = [
  ...privateKey,
  ...keystore,
  ...jwt,
  ...aws,
  ...google,
  ...azure,
  ...github,
  ...gitlab,
  ...atlassian,
  ...docker,
  ...npm,
  ...packages,
  ...hashicorp,
  ...clouds,
  ...openai,
  ...anthropic,
  ...languageModels,
  ...grafana,
  ...slack,
  ...messaging,
  ...stripe,
  ...connection,
  ...connectionString,
  ...http,
  ...shell,
  ...webFrameworks,
  ...files,
  ...workos,
  ...bitbucket,
  ...configPasswords,
  ...loginPasswords,
  ...webhooks,
  ...wireguard,
  ...jwk,
  ...sentry,
  ...confluent,
  ...infrastructure,
  ...programFiles,
  ...chains,
  ...pairs,
  ...windows,
  ...tail,
];

/** Every rule the sensor ships. */
export const builtInRules: readonly Rule[] = [...providers, ...nearbyRules(providers), ...genericRules(providers)];
