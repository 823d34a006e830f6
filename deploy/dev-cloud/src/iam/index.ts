export { Iam, type RoleSetup } from './iam.ts';
export { newAccessKeyId, newSecretAccessKey } from './keys.ts';
export {
  accountOf,
  arnOf,
  callerOf,
  type Credential,
  type OidcProvider,
  partitionOf,
  policiesOf,
  type Principal,
  type Role,
  userIdOf,
} from './principals.ts';
