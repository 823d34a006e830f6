export { AssertionSigner } from './assertion.ts';
export { type EnrolmentOptions, enrol } from './enrol.ts';
export { type Identity, IdentityFile } from './identity-file.ts';
export { postJson, type PostJson } from './post.ts';
export { problemFrom, type RemoteProblem, RETRY_AFTER_MS_MAX } from './problem.ts';
export { lockState } from './state-lock.ts';
